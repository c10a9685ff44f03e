"""A lake in an object store: what is put is there whole or not at all, once, and is asked for no more than needed."""

import dataclasses
import datetime
import functools
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from collector.budget.arrivals import Arrivals
from collector.config import CollectorConfig
from collector.files import secret_key
from collector.store import lake_place, lake_store
from collector.store.compaction import Compaction
from collector.store.keeper import NotKeeperError
from collector.store.lake import active_files, is_landed, landed_rows, write_segment
from collector.store.lake_file import LakeError
from collector.store.lake_store import LakeStore, LocalStore, StoreError, StoreSetupError
from collector.store.object_client import ObjectClient
from collector.store.object_path import ObjectPath
from collector.store.object_store import ObjectStore
from collector.store.rewriting import Period, Rewriting
from collector.wal.segments import Header
from tests.collector.running import configuration, rows
from tests.collector.store.test_rewriting import MAPPED, body
from tests.object_store import SECRET, ObjectServer
from transforms.columns import SCHEMA
from transforms.mapping import NO_MAPPING
from transforms.normalise import NormaliseOptions, Request, normalise

HOUR = datetime.datetime(2026, 11, 22, 4, tzinfo=datetime.UTC)
NOW = HOUR + datetime.timedelta(hours=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path_factory.mktemp("weed"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def lake(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> ObjectPath:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server.new_lake()


@pytest.fixture
def store(lake: ObjectPath, tmp_path: Path) -> ObjectStore:
    return ObjectStore(lake, tmp_path / "data")


def header(number: int) -> Header:
    return Header(f"000001-{number:08d}-0badcafe", int(HOUR.timestamp()) * 1_000_000_000)


def spans(number: int, rows: int = 3) -> pa.Table:
    columns = {name: pa.nulls(rows, SCHEMA.field(name).type) for name in SCHEMA.names}
    columns["segment"] = pa.array([header(number).segment] * rows)
    columns["span_id"] = pa.array([f"{number:04d}{row:04d}".encode() for row in range(rows)], pa.binary())
    return pa.table(columns, schema=SCHEMA)


def write(store: ObjectStore, lake: ObjectPath, number: int, rows: int = 3) -> None:
    write_segment(lake / "spans", header(number), spans(number, rows), store)


def span_ids(store: ObjectStore, lake: ObjectPath) -> list[str]:
    found: list[bytes] = []
    for file in active_files(lake, store):
        with store.opened(file.path) as opened:
            found += opened.read(columns=["span_id"])["span_id"].to_pylist()
    return [one.decode() for one in found]


def all_ids(numbers: range, rows: int = 3) -> list[str]:
    return [f"{number:04d}{row:04d}" for number in numbers for row in range(rows)]


def test_names_split_and_join_like_paths_and_keep_their_scheme() -> None:
    path = ObjectPath("s3://bucket/a/b") / "spans" / "x.parquet"
    assert str(path) == "s3://bucket/a/b/spans/x.parquet" == str(ObjectPath(str(path)))
    assert str(path.relative_to(ObjectPath("s3://bucket/a"))) == "b/spans/x.parquet"
    assert (path.bucket, path.key, path.parent.name) == ("bucket", "a/b/spans/x.parquet", "spans")


def test_what_is_put_is_found_with_what_it_says(store: ObjectStore, lake: ObjectPath) -> None:
    assert active_files(lake, store) == []
    assert not is_landed(lake / "spans", header(1), store)
    for number in (1, 2):
        write(store, lake, number)
    assert [(file.segments, file.rows) for file in active_files(lake, store)] == [
        ((header(1).segment,), 3),
        ((header(2).segment,), 3),
    ]
    assert landed_rows(lake / "spans", header(1), store) == 3
    assert span_ids(store, lake) == all_ids(range(1, 3))


def test_hours_are_listed_from_one_on(store: ObjectStore, lake: ObjectPath) -> None:
    for day in range(3):
        later = Header(f"000001-{day:08d}-0badcafe", header(0).opened_at_ns + day * 86_400 * 10**9)
        write_segment(lake / "spans", later, spans(day), store)
    folders = [hour.folder for hour in store.hours(lake / "spans")]
    assert len(folders) == 3
    for number, folder in enumerate(folders):
        assert [hour.folder for hour in store.hours(lake / "spans", folder)] == folders[number:]


def test_one_of_many_that_put_the_same_name_wins_and_the_others_see_whose_it_is(
    store: ObjectStore, lake: ObjectPath
) -> None:
    client, path = ObjectClient(lake), lake / "spans" / "raced"
    for race in range(20):
        won: list[int] = []
        start = threading.Barrier(8)

        def put(number: int, at: ObjectPath, start: threading.Barrier = start, won: list[int] = won) -> None:
            start.wait()
            if client.create(at, b"%d" % number):
                won.append(number)

        at = path.with_name(f"raced-{race}")
        threads = [threading.Thread(target=put, args=(number, at)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [client.get(at)] == [b"%d" % number for number in won]


def test_an_upload_tried_again_is_done_and_another_one_under_its_name_is_refused(
    store: ObjectStore, lake: ObjectPath
) -> None:
    write(store, lake, 1)
    write(store, lake, 1)
    assert span_ids(store, lake) == all_ids(range(1, 2))
    with pytest.raises(LakeError, match=r"holds other spans .* nothing was overwritten"):
        write_segment(lake / "spans", header(1), spans(7), store)
    assert span_ids(store, lake) == all_ids(range(1, 2))


def test_footers_are_asked_for_once_by_all_processes_of_a_data_directory(
    store: ObjectStore, lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        write(store, lake, number)
    asked: list[ObjectPath] = []
    tail = ObjectClient.tail
    monkeypatch.setattr(ObjectClient, "tail", lambda self, path, size: asked.append(path) or tail(self, path, size))
    active_files(lake, ObjectStore(lake, tmp_path / "data"))  # another process that knows what the first one put
    assert asked == []
    elsewhere = tmp_path / "elsewhere"
    active_files(lake, ObjectStore(lake, elsewhere))
    assert len(asked) == 5
    active_files(lake, ObjectStore(lake, elsewhere))
    assert len(asked) == 5
    (elsewhere / "run" / "known-objects.sqlite").write_bytes(b"rubbish" * 1000)
    assert len(active_files(lake, ObjectStore(lake, elsewhere))) == 5


def test_a_footer_longer_than_what_is_asked_for_first_is_read_whole(
    store: ObjectStore, lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, lake, 1)
    monkeypatch.setattr("collector.store.object_store._FOOTER_BYTES", 100)
    assert [file.rows for file in active_files(lake, ObjectStore(lake, tmp_path / "elsewhere"))] == [3]


def test_a_damaged_object_is_named(store: ObjectStore, lake: ObjectPath) -> None:
    write(store, lake, 1)
    (file,) = active_files(lake, store)
    broken = file.path.with_name("000001-00000002-0badcafe.parquet")
    assert isinstance(broken, ObjectPath)
    ObjectClient(lake).create(broken, b"PAR1 and nothing else")
    with pytest.raises(LakeError, match=r"00000002-0badcafe.parquet cannot be read"):
        active_files(lake, store)


def test_small_objects_become_large_ones_and_replaced_ones_go_after_the_grace(
    store: ObjectStore, lake: ObjectPath
) -> None:
    for number in range(6):
        write(store, lake, number)
    compaction = Compaction(lake / "spans", max_rows=1000, grace_s=3600, store=store)
    assert compaction.run(HOUR, []) == 0, "an hour that is not over"
    assert compaction.run(NOW, [HOUR]) == 0, "an hour with segments in the log"
    assert compaction.run(NOW, []) == 6
    (merged,) = active_files(lake, store)
    assert (len(merged.segments), merged.rows) == (6, 18)
    assert span_ids(store, lake) == all_ids(range(6))
    assert compaction.run(NOW, []) == 0
    assert len(list(ObjectClient(lake).list(lake / "spans"))) == 7
    assert Compaction(lake / "spans", max_rows=1000, grace_s=0, store=store).run(NOW, []) == 0
    assert [one.path for one in ObjectClient(lake).list(lake / "spans")] == [merged.path]
    assert landed_rows(lake / "spans", header(3), store) == 3, "in the merged one"


def test_a_reader_beside_compaction_sees_every_row_once(store: ObjectStore, lake: ObjectPath, tmp_path: Path) -> None:
    expected = sorted(all_ids(range(40)))
    for number in range(40):
        write(store, lake, number)
    seen: list[list[str]] = []
    done = threading.Event()

    def read() -> None:
        reader = ObjectStore(lake, tmp_path / "reader")
        while not done.is_set():
            seen.append(sorted(span_ids(reader, lake)))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for max_rows in (12, 30, 60, 1000):
            Compaction(lake / "spans", max_rows=max_rows, grace_s=1.0, store=store).run(NOW, [])
        deadline = time.monotonic() + 60
        while len(list(ObjectClient(lake).list(lake / "spans"))) > 1 and time.monotonic() < deadline:
            Compaction(lake / "spans", max_rows=1000, grace_s=1.0, store=store).run(NOW, [])
    finally:
        done.set()
        thread.join()
    assert len(active_files(lake, store)) == 1
    assert len(seen) > 1
    assert all(one == expected for one in seen)


def test_what_was_written_aside_and_never_put_is_forgotten(store: ObjectStore, lake: ObjectPath) -> None:
    for number in range(2):
        write(store, lake, number)
    (file, _) = active_files(lake, store)
    left = store.aside(file.path.with_name("compact-left.parquet"))
    left.write_bytes(b"half")
    Compaction(lake / "spans", max_rows=1000, grace_s=3600, store=store).run(NOW, [])
    assert not left.exists()
    assert span_ids(store, lake) == all_ids(range(2))


@pytest.mark.parametrize("is_local", [True, False])
def test_what_is_said_in_the_lake_is_said_by_one_first_and_then_replaced(
    store: ObjectStore, tmp_path: Path, is_local: bool
) -> None:
    notes: LakeStore = LocalStore(tmp_path / "lake") if is_local else store
    assert notes.said("keepers/one.json") is None
    assert notes.names("keepers") == []
    assert notes.say("keepers/one.json", {"who": "a"}, is_first=True)
    assert not notes.say("keepers/one.json", {"who": "b"}, is_first=True)
    assert notes.said("keepers/one.json") == {"who": "a"}
    assert notes.say("keepers/one.json", {"who": "c"})
    assert notes.said("keepers/one.json") == {"who": "c"}
    assert notes.names("keepers") == ["keepers/one.json"]


def config_of(lake: ObjectPath, folder: Path) -> CollectorConfig:
    config = configuration(folder, lake=lake)
    config.run.mkdir(parents=True)
    return config


def test_history_is_read_again_and_the_new_reading_replaces_the_old_one(lake: ObjectPath, tmp_path: Path) -> None:
    config = config_of(lake, tmp_path / "data")
    store = ObjectStore(lake, config.data)
    options = NormaliseOptions(False, secret_key(config.data / "hash.key"), NO_MAPPING)
    table = normalise([Request(body("search"), header(1).opened_at_ns, None, header(1).segment)], options)
    write_segment(lake / "spans", header(1), table, store)
    assert Rewriting(config, MAPPED, Period()).run(is_trial=True).changed_rows == 1
    assert rows(config)["team"].to_pylist() == [None]
    assert Rewriting(config, MAPPED, Period()).run().replaced_files == 1
    assert rows(config)["team"].to_pylist() == ["search"]
    assert landed_rows(lake / "spans", header(1), store) == 1
    assert Rewriting(config, MAPPED, Period()).run().replaced_files == 0


def test_budgets_look_for_new_objects_now_and_then_and_say_how_far_they_know(
    lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(lake, tmp_path / "data")
    store = ObjectStore(lake, config.data)

    def found(arrivals: Arrivals, *, is_thorough: bool = False) -> list[str]:
        return [segment for segment, _ in arrivals.new(is_thorough=is_thorough)]

    monkeypatch.setattr("collector.budget.arrivals._OBJECTS_S", 0.0)
    often = Arrivals(config, [])
    monkeypatch.setattr("collector.budget.arrivals._OBJECTS_S", 3600.0)
    seldom = Arrivals(config, [])
    write(store, lake, 1)
    for arrivals in (often, seldom):
        assert arrivals.as_of_ns(1) == 1
        assert found(arrivals, is_thorough=True) == [header(1).segment]
    write(store, lake, 2)
    assert (often.as_of_ns(2), seldom.as_of_ns(2)) == (2, 1)
    assert found(often) == [header(2).segment]
    assert found(seldom) == [], "it asks again in an hour, and says that it knows nothing of since then"
    assert found(often, is_thorough=True) == []


def test_a_lake_that_was_emptied_is_not_begun_anew(lake: ObjectPath, tmp_path: Path) -> None:
    config = config_of(lake, tmp_path / "one")
    assert lake_place.claim(config) is None
    ObjectClient(lake).delete([lake / "lake.json"])
    other = config_of(lake, tmp_path / "two")
    (other.run / "lake.json").write_bytes((config.run / "lake.json").read_bytes())
    with pytest.raises(lake_place.LakeGoneError, match="the lake is gone from s3://"):
        lake_place.check(other)


def test_one_data_directory_keeps_a_lake_and_receivers_land_in_it(lake: ObjectPath, tmp_path: Path) -> None:
    first, second = config_of(lake, tmp_path / "one"), config_of(lake, tmp_path / "two")
    for config in (first, second):
        (config.data / "hash.key").write_bytes(b"k" * 32)
    lake_place.claim(first)
    with pytest.raises(NotKeeperError):
        lake_place.claim(second)
    held = lake_place.claim(dataclasses.replace(second, receiver_only=True))
    if held is not None:
        os.close(held)
    lake_place.check(first)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AWS_SECRET_ACCESS_KEY", "not the secret", "refuses us .*AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"),
        ("AWS_ACCESS_KEY_ID", "nobody", "refuses us"),
        ("AWS_ACCESS_KEY_ID", "", "set AWS_ACCESS_KEY_ID"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", "cannot be reached.*AWS_ENDPOINT_URL"),
        ("AWS_ENDPOINT_URL", "127.0.0.1:1", "expected http://host:port"),
    ],
)
def test_who_is_not_let_in_learns_which_setting_to_look_at(
    lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StoreError, match=message) as caught:
        lake_place.claim(config_of(lake, tmp_path / "data"))
    assert SECRET not in str(caught.value)
    assert "not the secret" not in str(caught.value)


def test_a_store_that_is_away_keeps_nobody_from_starting_who_has_used_it_before(
    lake: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(lake, tmp_path / "data")
    lake_place.claim(config)
    as_if_anew(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert lake_place.claim(config) is None
    with pytest.raises(StoreError, match="cannot be reached"):
        lake_place.check(config)
    as_if_anew(monkeypatch)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(StoreSetupError, match="set AWS_ACCESS_KEY_ID"):
        lake_place.claim(config)


def as_if_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores are kept for as long as a process lives."""
    monkeypatch.setattr(lake_store, "_object_store", functools.cache(lake_store._object_store.__wrapped__))


def test_a_bucket_that_is_not_there_is_named(lake: ObjectPath, tmp_path: Path) -> None:
    store = ObjectStore(ObjectPath("s3://no-such-bucket/lake"), tmp_path)
    with pytest.raises(StoreError, match=r"no-such-bucket.*there is no such bucket.*SPANLEDGER_LAKE"):
        active_files(ObjectPath("s3://no-such-bucket/lake"), store)


def test_nothing_that_opens_the_store_is_written_down(store: ObjectStore, lake: ObjectPath, tmp_path: Path) -> None:
    write(store, lake, 1)
    lake_place.claim(config_of(lake, tmp_path / "other"))
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert SECRET not in configuration(tmp_path, lake=lake).to_json()
    assert SECRET in os.environ.values()
