"""A backup holds what budgets have promised."""

import asyncio
from pathlib import Path

from collector.budget.replay import replay
from collector.budget.service import BudgetService
from collector.data_format import claim
from collector.files import secret_key
from spanledger.keeping.backup import Backup


def test_the_journal_of_budgets_is_in_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    claim(data)
    secret_key(data / "hash.key")
    service = BudgetService(data, None)
    asyncio.run(service.check({"reservation_id": "promised"}, None))
    made = Backup(data, data / "lake", tmp_path / "backups").run()
    service.kept.close()
    assert "budget/00000000.journal" in made.manifest.files
    assert replay(made.folder).decisions == 1
    again = BudgetService(made.folder, None)
    assert list(again.kept.ledger.open) == ["/promised"]
    again.kept.close()
