"""Real costs and outcomes to draw from: the five benchmarks of the public set openhands_index."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from sample_traces.public.files import public_file
from transforms.cost_ratio import Floats


@dataclass(frozen=True)
class Population:
    """Tasks of one benchmark. ``costs`` in US dollars (unknown ones count 0, as known spend does), ``successes`` 0 or 1
    (unknown outcomes are none), ``clusters`` the number of the instance each task worked on."""

    costs: Floats
    successes: Floats
    clusters: np.ndarray[tuple[int], np.dtype[np.int64]]

    @property
    def per_success(self) -> float:
        """Cost per successful task of the whole population."""
        return float(self.costs.sum() / self.successes.sum())


def populations() -> dict[str, Population]:
    """By benchmark, in the alphabet's order. Raises PublicSetMissingError where the set is not."""
    rows = pl.read_parquet(public_file(None, "openhands_index", "instance_outcomes.parquet"))
    found = {}
    for (name,), part in sorted(rows.partition_by("benchmark", as_dict=True).items()):
        found[str(name)] = Population(
            part["cost_usd"].fill_null(0).cast(pl.Float64).to_numpy(),
            part["resolved"].fill_null(value=False).cast(pl.Float64).to_numpy(),
            np.unique(part["instance_id"].to_numpy(), return_inverse=True)[1].astype(np.int64),
        )
    return found
