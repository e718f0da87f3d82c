"""Draw the accuracy of every arm on every test domain, with intervals, as a heat map."""

from transfer_analysis.figures.transfer_matrix import draw_transfer_matrix
from workflow_scripts import summary_figure

if __name__ == "__main__":
    summary_figure.run(__doc__, draw_transfer_matrix)
