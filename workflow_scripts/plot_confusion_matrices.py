"""Draw which class is taken for which, for every arm and test domain."""

from transfer_analysis.figures.confusion_matrices import draw_confusion_matrices
from workflow_scripts import summary_figure

if __name__ == "__main__":
    summary_figure.run(__doc__, draw_confusion_matrices)
