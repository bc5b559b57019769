"""What the tables of the image and text experiments can bear, from their records."""

from collections.abc import Sequence

from relabel_lab.experiments.page import deep
from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.records import Record

CHANCE = 0.005
"""A test accuracy this near to that of guessing counts as collapsed."""
HELD_OUT = 0.2
"""Share of the samples whose noisy labels serve choices."""
BASELINES = ("given", "tuned", "forward")


def collapsed(records: Sequence[Record]) -> list[Record]:
    """Rows of models that end at chance."""
    return [r for r in records if r.accuracy < 1 / len(r.size) + CHANCE]


def text_reading(records: Sequence[Record]) -> str:
    """How many trainings learned nothing, which decides what the gains above are worth."""
    lost = collapsed(records)
    again = sum(r.arm not in BASELINES for r in lost)
    chance = 100 / len(records[0].size)
    return f"""Read with care: {len(lost)} of {len(records)} models end at chance ({chance:.0f} %),
{again} of them retrained ones, so that intervals over three seeds span tens of points. This
net, trained from scratch on so few texts, is far below the paper's baseline at the same ε: the table
supports no order of the arms under these mechanisms, and says nothing against the paper's."""


def collapse_reading(records: Sequence[Record]) -> str:
    """How many trainings learned nothing."""
    return f"{len(collapsed(records))} of {len(records)} models end at chance."


def image_reading(records: Sequence[Record]) -> str:
    """How the baseline was trained: agreement by epoch, and what tuning chose beside it."""
    lost, tuned = collapsed(records), [r for r in records if r.arm == "tuned"]
    same = sum(_same_choice(r, records) for r in tuned)
    held = round(HELD_OUT * sum(records[0].size))
    return f"""{len(lost)} of {len(records)} models end at chance. Every model but the tuned ones trains to the
end of the schedule, at the rate whose model agrees best with held-out noisy labels there. Agreement
by epoch at the chosen rate, per cent (first seed; labels of the row's noise, a fifth of them held
out for this choice alone):

{curves_table(records)}

`tuned` chose the same decay and the last epoch, and so is `given` once more, in {same} of {len(tuned)} cases
({choices(tuned)}; {held:,} noisy labels a choice, of which each epoch's share of agreement has a
standard error of a point or more, and a model stopped in the middle of the schedule has not seen its
small rates: stopping early on few noisy labels can lose what it was meant to save)."""


def choices(tuned: Sequence[Record]) -> str:
    """Decay and stop that each tuned model chose."""
    told = [
        f"{deep.name((r.noise, r.epsilon))}, seed {r.seed}: decay {r.setting['decay']:g}, "
        f"epoch {r.setting['stop']}"
        for r in tuned
    ]
    return "; ".join(told)


def curves_table(records: Sequence[Record]) -> str:
    """Agreement with noisy held-out labels along the training at the chosen rate."""
    rows = []
    for level in deep.levels(records):
        first = deep.one(records, level, "given").get(0)
        if first is None or "rate" not in first.choices:
            continue
        told = first.choices["rate"]
        chosen = told["chosen"]["rate"]
        path = next(p["held_out"] for p in told["tried"] if p["rate"] == chosen)
        rows.append([deep.name(level), f"{chosen:g}", *(f"{100 * value:.1f}" for value in path)])
    epochs = max((len(row) - 2 for row in rows), default=0)
    filled = [[*row, *[""] * (epochs + 2 - len(row))] for row in rows]
    return table(["labels", "rate", *(f"{i + 1}" for i in range(epochs))], filled)


def _same_choice(row: Record, records: Sequence[Record]) -> bool:
    """Whether a tuned model is the model of the given labels."""
    base = deep.one(records, (row.noise, row.epsilon), "given").get(row.seed)
    return base is not None and base.setting == row.setting
