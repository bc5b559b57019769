"""The page's sentences; every number in them comes from the raw results."""

from collections.abc import Mapping, Sequence
from typing import Any

from relabel_lab.experiments.page import law, probe
from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.statistics import gain
from relabel_lab.experiments.records import Record

OPENING = """# The paper's experiments, run on real files

Made by `python -m relabel_lab.experiments.page` from the raw results in `experiments/measured/`;
a test keeps the two in step. Accuracies and gains are per cent and percentage points on clean test
labels; gains are paired over seeds, ± is the half width of a 95 % t interval over seeds, and a
number without ± comes from one seed: two classifiers that differ on a share s of 10,000 test images
have a difference with a standard error of at most √s points, 0.4 at s = 0.15. ε is label
differential privacy, by K-ary randomised response (R13). No arm sees a clean label: every choice (penalty, weight decay, rate, number of epochs) is
made on noisy labels and is written down in the rows.

**None of this replicates the paper.** Sizes, models, schedules and the label mechanism differ, as
the next table says; the paper's rows stand beside ours so that the *order* of the arms can be
compared. Its code and mechanism are not public, and its rows are quoted from public summaries.

| arm | what it does |
| --- | --- |
| given | trained on the given (noisy) labels |
| tuned | given, with penalty or weight decay and stop chosen on noisy held-out labels |
| full | retrained on all predicted labels |
| consensus | retrained where predicted and given label agree |
| crossfit-consensus | consensus with predictions of models that have not seen the label (two folds) |
| confident | retrained on as many samples as consensus, the most confident predictions |
| forward, forward-consensus | forward correction (Patrini et al. 2017), and consensus after it |
| full-3, consensus-3 | three rounds |
| tuned-full, tuned-consensus | full and consensus retraining of the tuned model, at its setting |"""

PROBE = """## Probe: a logistic head on fixed features

Features: 400 whitened random 6 × 6 patches, thresholded responses of both signs, averaged over
quadrants, 512 principal components; no label is used. 45,000 training images, 5,000 more whose
noisy labels only serve choices, 10,000 test images. Command:
`relabel experiment probe --preset small --data DIR --out OUT`; with `--epsilon 2 --seeds 1` it
makes and prints the rows of one draw of the noise.

At the weakest penalty of the path, where hardly anything holds the head back (accuracy of the
head on given labels, then gains over it):"""

PROBE_TUNED = """Every arm at the penalty that noisy held-out labels choose *for it*; the gain is over
`given` tuned in the same way:"""

PROBE_LABELS = """Label accuracy as the paper reports it (given labels, predicted labels on all
samples, labels on the consensus set) and the size of the consensus set, in per cent:"""

PROBE_MORE = """The other arms, each at its chosen penalty, gains over `given` at its own:"""

HUMAN = """### Human labels beside random flips of the same rate

CIFAR-10N labels by name; *flips by class* are drawn from the table P(human label | class) of those
labels, *uniform flips* at their rate. Same images, same arms; accuracy of `given`, then gains, at
the weakest penalty and at penalties chosen on noisy held-out labels:"""

CLASSES = """All ten classes at once, the same whitened features: R22 asks for a simplex of means and for noise
orthogonal to their span, and neither holds here. So its argument is followed with the means as they
were estimated and unit noise in every direction (`experiments/bridge/classes.py`; for a simplex and
no noise within the span it is R22, to Monte Carlo error, by test). Nothing else is fitted. Measured /
predicted, accuracy of `given` and gains, then accuracies of labels and the share that consensus
keeps:"""

LEARNERS = """### The learner's part

The same features and the same labels, learners from the most to the least held back. Accuracy of
`given`, in brackets the gains of full and of consensus (means over seeds, ten classes):"""

IMAGE = """## Image: ResNet-20 on 5,000 images of 16 × 16 pixels

ResNet-20 of width 16, random crops and mirror images, 10 epochs at batch 64 under a warm-up and a
cosine to zero. Pixels are averaged two by two: an epoch then takes a fourth of the time, and the
classes are harder to tell apart. Command:
`taskset -c 0 relabel experiment image --preset small --data DIR --out OUT`; with
`--epsilon 2 --seeds 1 --arm given` it makes and prints one row. `--size 32` leaves the images whole.
Accuracy of `given` on the 10,000 test images, gains over it:"""

TEXT = """## Text: a 2-layer BERT from scratch on 10,000 news texts

Eight epochs, 8,000 pieces of words, every model stopped at the epoch that was best for the given
labels. The preset has been changed since (below), so these rows are not made again by its command.
Accuracy of `given`, gains over it:"""

TEXT_CHANGED = """### The text preset since

What failed above: noisy held-out labels stop the first model after one or two epochs of eight, in the
middle of the schedule, and its retrainings, stopped there too, have often not begun to learn. And
8,000 pieces have a vector each to be learnt from 10,000 texts, so that a third epoch already fits the
flips. So now: three epochs, all of them, to the end of the schedule, and 2,000 pieces. This was chosen
on noisy held-out labels of draws that no row uses: agreement at the end was 31.2 % instead of 29.4 % at
ε = 0.8 (by R14 an accuracy of 51 instead of 44 %), and 28.4 instead of 27.1 % at ε = 0.5 (49 instead of
39 %), each give or take a point, which is four or seven points of accuracy; batches of 256 or a longer
warm-up were no better. Command:
`taskset -c 0 relabel experiment text --preset small --data DIR --out OUT`, one row with
`--epsilon 0.8 --seeds 1 --arm given`. Accuracy of `given`, gains over it:"""

OVER_TUNED = "Gains over the baseline that was tuned on noisy held-out labels:"

DEEP_LABELS = """Label accuracies and the share of samples kept:"""

BESIDE_PAPER = """Beside the paper's rows (as summarised publicly; its `given` is its baseline):"""

CLOSING = """## Repeat it

Each run is resumable: the same command goes on where it was cut short. The presets ask for more
seeds than some rows above have; the columns `seeds` say how many were run. The first line of a
file of rows says sizes, settings, checksums of the data and versions. The images at hand were lossy
JPEG re-encodings of CIFAR-10, not its pixels. CIFAR-100 and a GPU were not at hand: the preset
`paper` (ResNet-18, 50,000 images, 200 epochs) has not been run.

Deep models ran on one core, hence `taskset -c 0`: on several cores JAX takes sums in another order,
and a training ends at other digits, as another seed would. On the same number of cores of one machine
the same command gives the same bytes.

Tried: the image run above was killed with signal 9 in the fifth epoch of a retraining, the same
command went on, and its rows are those of an uninterrupted run; one row made again in an empty folder
by the command given is the row above, digit for digit."""


def setups(runs: Mapping[str, Any]) -> str:
    """How our set-ups differ from the paper's, experiment by experiment."""
    rows = [["paper, images", "CIFAR-10 and 100, 50,000", "ResNet-18", "not plain K-ary"]]
    rows += [["paper, texts", "AG News subset", "small BERT", "fits plain K-ary response"]]
    rows += [["paper, probe", "DomainNet", "linear head on ResNet-50", "not known"]]
    for name, run in runs.items():
        told = run.run
        model = told.get("model", "logistic head on random patches")
        size = f"{told['source']}, {told['train']:,} train, {told['test']:,} test"
        rows.append([f"here, {name}", size, model, "plain K-ary response"])
    return table(["", "data", "model", "label mechanism"], rows)


def human_reading(records: Sequence[Record]) -> str:
    """What the comparison says, noise by noise."""
    lines = []
    for kind in sorted({r.noise for r in records if r.noise.startswith("human-")}):
        name = kind.removeprefix("human-")
        told: list[str] = []
        for noise, words in ((kind, "human labels"), (f"class-{name}", "flips by class"),
                             (f"uniform-{name}", "uniform flips")):  # fmt: skip
            base = probe.best_of(records, noise, None, "given")
            found = gain(probe.best_of(records, noise, None, "consensus"), base)
            if not found.seeds:
                continue
            told.append(f"{found.points(signed=True)} under {words}")
        lines.append(
            f"- `{name}`: consensus over given, both at chosen penalties: {', '.join(told)}."
        )
    return "\n".join(lines)


def law_opening(told: Mapping[str, Any]) -> str:
    """What was estimated of the features."""
    found = told["estimates"]
    spectrum = found["spectrum"]
    share = 100 * spectrum[0] / sum(spectrum)
    return f"""### Theory beside the probe

Within classes the features' largest eigenvalue holds {share:.0f} % of the variance
({spectrum[0]:.3g}, against {spectrum[len(spectrum) // 2]:.2g} in the middle and
{spectrum[-1]:.2g} at the end): a spectrum that few directions dominate, for which the limit makes no
prediction (R5s). So the features are whitened by the covariance within classes (clean labels;
a description of the data, no arm uses it). Then ρ = {found["rho"]:.2f} (R22, means
taken as a simplex), from {found["pair_rho"]["least"]:.2f} to {found["pair_rho"]["most"]:.2f} for pairs of
classes, and α = n/(d − K + 1) = {found["alpha"]:.0f}. On each of the 45 pairs (n = 9,000 or so,
d = {found["d"]}) the averaging classifier meets the binary law with gaussian margins (R5), nothing
fitted but ρ. Means over pairs, measured / predicted:"""


def law_reading(told: Mapping[str, Any]) -> str:
    """How well gains are predicted."""
    lines = []
    for arm in ("full", "consensus"):
        error, agree = law.gain_errors(told, arm), law.gain_correlation(told, arm)
        lines.append(
            f"- {arm}: predicted minus measured gain {100 * error.mean:+.2f} points on average over "
            f"pairs and ε, correlation {agree:.2f}."
        )
    return "\n".join(lines)


def learners_reading(records: Sequence[Record], told: Mapping[str, Any]) -> str:
    """The orders of the arms over all learners."""
    count, above_full, above_given = law.orders(records)
    averaging = [r for r in records if r.setting.get("learner") == "averaging"]
    own, own_above, _ = law.orders(averaging)
    measured, predicted = law.full_over_consensus(told)
    return f"""In {count} cases consensus is above full in {above_full} and above given in
{above_given}. So the paper's order *consensus above full* is not one of deep models alone: with
ten classes the averaging classifier has it in {own_above} of {own} cases. With two classes full is
ahead of consensus, {100 * measured:+.2f} points on average over pairs and ε, and
{100 * predicted:+.2f} by the law. *Retraining above given* depends on the learner and the noise."""


def missing(runs: Mapping[str, Any]) -> list[str]:
    """Says which experiments have no rows yet."""
    names = [name for name in ("image", "text") if name not in runs]
    if not names:
        return []
    return [
        f"""## Not run: {" and ".join(names)}

No row stands here: code and presets are there ({" and ".join(f"`relabel experiment {n}`" for n in names)})
and the smoke preset is tested, but the small one has not been run. What is said of such models below
is read from the paper and from the probe, not measured."""
    ]


def classes_reading(records: Sequence[Record], told: Mapping[str, Any]) -> str:
    """How well the law of many classes does, and what it explains."""
    rows = law.class_gains(records, told)
    signs = sum((measured > 0) == (predicted > 0) for _, _, measured, predicted in rows)
    error = max(abs(predicted - measured) for _, _, measured, predicted in rows)
    least, most = law.class_levels(records, told)
    seen, said = zip(*law.class_orders(records, told), strict=True)
    even = law.even_distances(told)
    return f"""The sign of the gain is right in {signs} of {len(rows)} cases and its size within
{100 * error:.1f} points; the accuracies themselves are off by {100 * least:+.1f} to {100 * most:+.1f}
points: real classes differ in covariance and are not gaussian, which the law leaves out. Consensus
above full is predicted at {sum(x > 0 for x in said)} of {len(said)} ε and measured at
{sum(x > 0 for x in seen)}.

The law also says what this order comes from. With the same ρ and *equal* distances between classes
it has consensus above full at {even.above} of {len(said)} ε only, and at ε = {even.epsilon:g} full
retraining gains {100 * even.gain:+.1f} points where with the distances as they are it gains
{100 * even.own:+.1f}. Two things turn with the distances, then: whether the averaging classifier should
retrain at all, and whether consensus is the better way. Close pairs of classes are mistaken for one
another most; that consensus drops just those samples is our reading of it."""
