"""One thin command a rule: arguments in, files out. `python -m workflow_scripts.NAME --help` explains each."""
