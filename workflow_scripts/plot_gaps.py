"""Draw what every arm loses against the arm at home, with intervals and the minimum detectable effect."""

from transfer_analysis.figures.gaps import draw_gaps
from workflow_scripts import summary_figure

if __name__ == "__main__":
    summary_figure.run(__doc__, draw_gaps)
