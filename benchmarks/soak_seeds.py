"""The tests that draw their inputs, on seeds that nobody has seen: the search that a commit's own run leaves out.

    python -m benchmarks.soak_seeds --seeds 20

A run of the tests draws from one fixed seed, so that a commit that was green stays green and a red one is red for what
it changed (tests/conftest.py). Here every test module that draws (`TEST_SEED`, hypothesis) runs once a random seed.
What failed is printed with its seed: `TEST_SEED=n pytest --hypothesis-seed=n …` repeats it. Fails when any seed does.
"""

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DRAWS = ("TEST_SEED", "from hypothesis", "import hypothesis")


def modules() -> list[Path]:
    """The test modules that draw what they test, relative to the repository."""
    found = [
        path for path in sorted((ROOT / "tests").rglob("test_*.py")) if any(word in path.read_text() for word in DRAWS)
    ]
    return [path.relative_to(ROOT) for path in found]


def failures(seed: int, chosen: list[Path], workers: str) -> list[str]:
    """What pytest says failed with this seed, a line each."""
    command = [sys.executable, "-m", "pytest", "-q", f"--hypothesis-seed={seed}", "--numprocesses", workers]
    command += ["--dist", "loadfile", *map(str, chosen)]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"TEST_SEED": str(seed)}, capture_output=True, text=True, check=False
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return lines or ([run.stdout[-2000:] + run.stderr[-2000:]] if run.returncode else [])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=20, help="how many, each drawn from the system")
    parser.add_argument("--workers", default="auto", help="processes of pytest")
    parser.add_argument("modules", nargs="*", type=Path, help="test files; all that draw by default")
    options = parser.parse_args(arguments)
    chosen = options.modules or modules()
    sys.stdout.write(f"{len(chosen)} test modules, {options.seeds} seeds\n")
    red = 0
    for _ in range(options.seeds):
        seed = random.SystemRandom().randrange(10**6)
        failed = failures(seed, chosen, options.workers)
        red += bool(failed)
        sys.stdout.write(f"TEST_SEED={seed}: {'; '.join(failed) or 'green'}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{red} of {options.seeds} seeds failed\n")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
