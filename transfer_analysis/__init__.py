"""Predictions in; statistics, figures and report out."""
