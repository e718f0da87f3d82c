"""Draw what training on other images confuses that training on images of the test's own kind does not."""

from transfer_analysis.figures.confusion_differences import draw_confusion_differences
from workflow_scripts import summary_figure

if __name__ == "__main__":
    summary_figure.run(__doc__, draw_confusion_differences)
