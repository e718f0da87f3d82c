"""Draw the recall of each class on real and on generated test images, arms side by side."""

from transfer_analysis.figures.per_class_recall import draw_per_class_recall
from workflow_scripts import summary_figure

if __name__ == "__main__":
    summary_figure.run(__doc__, draw_per_class_recall)
