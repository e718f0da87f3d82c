"""The figures' place in the report: what each says, in words without numbers.

`rules/report_captions/` holds the same captions for Snakemake's own report.
"""

import base64
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FigureText:
    """One figure's file name, heading, text for those who do not see it, and caption."""

    name: str
    heading: str
    alternative: str
    caption: str


FIGURES = (
    FigureText(
        "transfer_matrix",
        "Every training set on every test set",
        "Heat map of test accuracy, a row for each training set and a column for each test set. "
        "The table above holds the same numbers.",
        "Read down a column: the same test images, judged by networks that learned from different pictures. "
        "The framed cell of a column is the network at home; what the others lack against it is the gap.",
    ),
    FigureText(
        "gaps",
        "What is lost by training on other images",
        "Forest plot of the gaps with intervals and minimum detectable effects. The table holds the same numbers.",
        "Each row compares two trainings on the same test images. A line that crosses zero leaves open which is "
        "better; a gap inside the grey band is too small to be found reliably by a study of this size.",
    ),
    FigureText(
        "per_class_recall",
        "Which classes carry over",
        "Dot plot of the recall of each class with intervals, for real and for generated test images, by training set.",
        "For every class, the share of its images that is recognised. Where two trainings lie far apart, "
        "it matters for that class which images the network learned from.",
    ),
    FigureText(
        "confusion_matrices",
        "What each class is taken for",
        "Confusion matrices for every training set and test set; rows are true classes, columns the answers.",
        "A good matrix is dark on the diagonal alone. A dark column is an answer given too readily: "
        "off its home domain a network may call many things by one name.",
    ),
    FigureText(
        "confusion_differences",
        "What other training confuses that training at home does not",
        "Differences of two confusion matrices, rows true classes, columns answers, for the networks trained on "
        "generated images against those trained on real ones, and the other way round.",
        "Each cell says how much more often a class is given an answer by networks that learned from other images than "
        "by the networks at home, on the same test images. Look for a bold number off the diagonal: a confusion that "
        "the other training brings in. With fewer than three networks an arm none can be told, and none is bold.",
    ),
    FigureText(
        "mixtures",
        "Do generated images earn their keep?",
        "Dot plot of accuracy on real test photographs for every mixture and for its real part alone, with intervals.",
        "Each row is one number of real photographs, alone and with generated ones added. Where the lower mark does "
        "not lie to the right of the upper one, the generated images were not shown to be worth adding.",
    ),
    FigureText(
        "learning_curves",
        "How accuracy grows with the number of photographs",
        "Chart of accuracy by number of training photographs, real and generated; with a fitted curve for a kind of "
        "three or more sizes.",
        "The higher the marks of a kind lie, the fewer of its images are needed for the same accuracy. How far to the "
        "right of the real photographs’ marks those of generated images lie, at one height, is how many of them one "
        "real photograph is worth.",
    ),
    FigureText(
        "exchange_rate",
        "How many generated images one photograph is worth",
        "Dot plot of the exchange rate of every mixture with intervals; the table holds the same numbers.",
        "A rate of one would mean that generated images are as good as real photographs; the further to the "
        "right, the less one is worth. It is not a constant: it changes with the share of generated images "
        "and with the real budget.",
    ),
    FigureText(
        "network_similarity",
        "How alike networks see that learned from real and from generated images",
        "Line chart of the similarity of networks by block, for real and for generated test images, with intervals: "
        "networks of the same training, of real against generated training, and trained against untrained.",
        "Read from left to right, from the input to the output of the network. The dashed line (there is none with a "
        "single seed) is how alike two networks are that differ in their seed alone, the dotted one how alike a "
        "trained and an untrained network are. What the black line lacks against the dashed one, beyond their "
        "intervals, is due to what was learned from; the text says whether that was shown.",
    ),
    FigureText(
        "linear_probes",
        "What a linear probe finds in each block",
        "Line chart of the accuracy of linear probes by block, for real and for generated test images, with intervals, "
        "on real-trained, generated-trained and untrained networks.",
        "Where the filled marks of the two trainings lie apart beyond their intervals, the features of one lack what "
        "the other has learned. Where the hollow marks so lie below the filled ones of the same colour, the features "
        "are there, but what was learned about them from one kind of images does not hold for the other. Of the last "
        "block, the text says what was shown.",
    ),
    FigureText(
        "layer_transplant",
        "Where the gap sits",
        "Line chart of accuracy on real test photographs by the number of frozen lower blocks, for real-trained and "
        "generated-trained donors, with intervals; the table holds the same numbers.",
        "The upper blocks learned from the same real photographs in both lines, so what parts the lines at a depth "
        "beyond their intervals is what the donor’s blocks up to there lack. The block at which they so part is where "
        "the gap sits; the text says whether that was shown.",
    ),
    FigureText(
        "feature_map",
        "Real and generated images as the networks see them",
        "Small scatter plots, one for each class and network, of real and generated test images in two dimensions.",
        "Where real photographs and generated images of a class lie among each other, the network sees them as alike. "
        "Distances between groups, their sizes and empty space mean nothing in such a map, and another "
        "run of the method would draw another one; no number in this report is taken from it.",
    ),
    FigureText(
        "real_or_generated",
        "What tells generated images from photographs?",
        "Dot plot of the accuracy of linear probes that tell real from generated, by what they see of the images, "
        "with intervals; the table holds the same numbers.",
        "A mark on the dashed line is guessing. What is told by grain, colour or compression needs no look at the "
        "subject; on the right the photographs have been given the generated images’ grain, as far as a filter "
        "can. Only where the mark of the power spectrum lies on the line is what else is still told apart "
        "something other than grain.",
    ),
    FigureText(
        "directions_removed",
        "Does what tells them apart cost accuracy?",
        "Line charts by the number of directions taken out of the features: accuracy of the real-or-generated probe, "
        "and the gap between class probes fitted to one kind and to the other, with intervals.",
        "On the left the difference between the kinds is taken out of the features step by step. If it were what "
        "keeps classes from carrying over, the solid curves on the right would fall to zero with it; the dotted ones "
        "lost as many directions at random. They would fall as well if the classes went with it: the table says how "
        "much is still recognised.",
    ),
    FigureText(
        "generator_quality",
        "How good are the generated images?",
        "Dot plots of recognition, precision, recall, density, coverage and Fréchet distance by class, each beside "
        "what real photographs score against real ones; the CSV table holds the same numbers.",
        "Where the square lies on the circle’s bar, generated images cannot be told from real photographs by that "
        "measure; of recognition, which is compared network by network, the text says what was shown. Recall below "
        "that of real photographs, with precision that is not, means that sorts of the class are missing; "
        "coverage alone falls as well where the images lie off the photographs.",
    ),
    FigureText(
        "near_copies",
        "Are any of them copies?",
        "The generated images closest to a training photograph and to a test photograph, each above that photograph, "
        "and held-out real photographs likewise.",
        "Look for pairs that show one and the same picture. Real photographs have near-copies too, which is why the "
        "threshold is taken from them; resemblance in pose and colour alone is no copy. Whether images are nearer to "
        "these photographs than to as many others is in the table of near-copies.",
    ),
    FigureText(
        "reliability",
        "Is the networks’ confidence earned?",
        "Reliability diagrams: share of right answers by confidence, for real and for generated test images, as "
        "trained and after the temperature of the arm’s own kind; the table of reliability holds the same "
        "numbers.",
        "A network whose confidence can be taken at its word lies on the dashed line. Compare the upper row with "
        "the lower: a temperature is fitted on images of the kind that the network learned from, and need not "
        "suit the other kind.",
    ),
    FigureText(
        "selective_accuracy",
        "Does confidence tell right answers from wrong ones?",
        "Line chart of accuracy on the most confident share of the real test photographs, by training set, with "
        "intervals.",
        "Read from right to left: the fewer photographs a network answers, the surer it is of them. A flat curve "
        "belongs to a network whose confidence says nothing of whether it is right.",
    ),
    FigureText(
        "robustness",
        "What is lost when photographs are spoilt?",
        "Dot plot of the part of the accuracy beyond guessing that every corruption takes away, by training set, with "
        "intervals.",
        "Each row is one way of spoiling real test photographs. Where marks of a row lie further apart than their "
        "intervals are wide, networks lose unequal parts of what they knew, whatever their accuracy before. Networks "
        "that were not shown to know more than guessing would have no marks.",
    ),
    FigureText(
        "map_agreement",
        "Do the networks look at the same places?",
        "Dot plot of the correlation of heat maps between training sets, with those of two networks of one "
        "training set and of different photographs as controls.",
        "The grey marks of other seeds above a coloured one are its ceiling (with a single seed there is none), the "
        "one below it the floor. Far below the ceiling, "
        "networks of the two training sets look at other places than the luck of training explains; the text says "
        "whether that was shown.",
    ),
    FigureText(
        "saliency_sheets",
        "Where do the networks look?",
        "Real test photographs with heat maps of every training set’s networks, first some that networks of both "
        "kinds recognise, then some that only the real-trained ones do.",
        "The brighter a place, the more it speaks for the photograph’s true class. The photographs were chosen by "
        "a rule, but a few show nothing in general: the figure of correlations does.",
    ),
    FigureText(
        "published_results",
        "This study among published ones",
        "Dot plot of accuracy on real photographs after training on real and on generated images, for this "
        "study and for published ones; the table holds the same numbers.",
        "Studies can differ in generator, network, classes and numbers of images, so look at the distance between the "
        "two marks of a row rather than at where the row lies; the table gives the particulars of each.",
    ),
    FigureText(
        "known_answers",
        "Stand-ins whose truth is known",
        "Dot plot of the gap of every stand-in generator whose truth is known, with intervals; the table "
        "holds the outcome of every check.",
        "Real photographs took the generator’s place, first as they are, then spoilt in ways whose effect is "
        "known. An analysis that can be trusted finds no gap for the first and growing ones for the others.",
    ),
    FigureText(
        "training_curves",
        "How training went",
        "Line chart of validation accuracy by training step for every network.",
        "The learning rate falls to zero at the last step, so every curve levels off, however few the steps. Only a "
        "longer training shows whether one was long enough; where it was not, the ranking of training sets can turn "
        "around.",
    ),
    FigureText(
        "sample_sheets",
        "What the networks saw",
        "Real test photographs and generated test images of every class, side by side.",
        "The first test images of each class by number, not picked for this sheet (where a classifier selects the "
        "generated ones, which the top of the report then says, it selected these too). Compare backgrounds, poses, "
        "framing and, along a row, how much the images of one class differ from each other.",
    ),
)


def data_uri(folder: Path, name: str) -> str | None:
    """Return the SVG figure `name` of `folder` as a data URI, or None if it was not drawn."""
    path = Path(folder) / f"{name}.svg"
    if not path.is_file():
        return None
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
