"""Training the Rasa model when, and only when, its sources changed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.settings import ROOT

MODELS = ROOT / "models"
MODEL_NAME = "motcua"
#: What the model is made from.
SOURCES = (
    "config.yml",
    "domain.yml",
    "requirements.lock",
    "data/nlu",
    "data/rules",
    "bot/components",
    "bot/language",
)

Say = Callable[[str], object]


def ensure_model(*, force: bool, say: Say) -> bool:
    """Train unless the model at hand was made from the same sources; False if training failed."""
    digest = sources_digest()
    stamp = MODELS / f"{MODEL_NAME}.digest"
    model = MODELS / f"{MODEL_NAME}.tar.gz"
    if not force and is_whole(model) and stamp.exists() and stamp.read_text() == digest:
        say("The model is up to date.")
        return True
    say("Training the model (about a minute) …")
    MODELS.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "rasa", "train", "--domain", "domain.yml", "--config", "config.yml"]
    command += ["--data", "data/nlu", "data/rules", "--fixed-model-name", MODEL_NAME, "--out", str(MODELS)]
    # `make test` validates the data; here it would cost as much as the training. Rasa's cache is passed over,
    # because it knows nothing of the modules that our components import.
    command += ["--skip-validation", "--force"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        say(finished.stdout[-4000:] + finished.stderr[-4000:])
        say("Training failed; the last lines above say why.")
        return False
    stamp.write_text(digest)
    say("The model is trained.")
    return True


def is_whole(model: Path) -> bool:
    """Whether a model file is there and was written to its end (a training may be killed)."""
    if not model.exists():
        return False
    try:
        with tarfile.open(model) as archive:
            return any(member.name.endswith("metadata.json") for member in archive)
    except (tarfile.TarError, EOFError, OSError):
        return False


def sources_digest() -> str:
    """The SHA-256 of everything the model is made from."""
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for name in SOURCES:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in files if file.suffix in (".yml", ".py", ".lock"))
