"""Makes `.venv` and installs the pinned packages into it; needs nothing but a Python, not even its pip or ensurepip."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST, NEWEST = (3, 11), (3, 14)
CHECKED = ("install", "--quiet", "--require-hashes", "--use-pep517", "--no-build-isolation")
"""What comes as source is built with the setuptools of build.txt, not with whatever is newest today."""


def main(wanted: str) -> None:
    """Install `requirements/<wanted>.txt` and Sendbote itself, unless exactly that is installed already."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"Sendbote needs Python 3.11 to 3.14, but this is {sys.version.split()[0]}. Try: make PYTHON=python3.13"
        )
    stamp = VENV / f"installed-{wanted}"
    fingerprint = _fingerprint(wanted)
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint and _works():
        return
    if not _works():
        shutil.rmtree(VENV, ignore_errors=True)
        _make_venv()
    print(f"Installing what requirements/{wanted}.txt lists; the first time this takes a minute or two …", flush=True)
    for pins in _pins(wanted):
        _pip(*CHECKED, "-r", str(pins))
    _pip("install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp.write_text(fingerprint, encoding="ascii")


def _pins(wanted: str) -> list[Path]:
    """What builds comes first; what tests need comes on top of what runs."""
    return [ROOT / "requirements" / f"{name}.txt" for name in dict.fromkeys(("build", "run", wanted))]


def _fingerprint(wanted: str) -> str:
    """Changes with the pins, the project's own description and the place."""
    sources = [*_pins(wanted), ROOT / "pyproject.toml"]
    contents = b"".join(source.read_bytes() for source in sources)
    return hashlib.sha256(contents + os.fsencode(ROOT)).hexdigest()


def _works() -> bool:
    """Whether the environment is there, of a Python that we support, and has pip."""
    if not PYTHON.exists():
        return False
    ask = f"import sys, pip; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return subprocess.run([PYTHON, "-c", ask], capture_output=True, check=False).returncode == 0


def _make_venv() -> None:
    print(f"Making {VENV} with Python {sys.version.split()[0]} …", flush=True)
    try:
        import ensurepip  # noqa: F401 - Debian and Ubuntu leave it out of python3
    except ImportError:
        venv.create(VENV)
        _pip_from_debian()
    else:
        venv.create(VENV, with_pip=True)


def _pip_from_debian() -> None:
    """Take pip out of the distribution's own package, whose origin apt has checked; neither root nor a change to
    the system is needed."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _pip_wheel(Path(scratch))
        if wheel is None:
            shutil.rmtree(VENV)
            sys.exit(
                "This Python comes without ensurepip, and pip could not be fetched with apt either.\n"
                f"Install it with this command, then try again:  {_install_command()}"
            )
        subprocess.run([PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel], check=True)


def _pip_wheel(scratch: Path) -> Path | None:
    if not all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb")):
        return None
    for lists in ([], _private_lists(scratch)):
        download = ["apt-get", *lists, "download", "python3-pip-whl"]
        if lists:
            subprocess.run(["apt-get", *lists, "update"], cwd=scratch, capture_output=True, check=False)
        subprocess.run(download, cwd=scratch, capture_output=True, check=False)
        for package in scratch.glob("python3-pip-whl_*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, scratch / "unpacked"], check=True)
            return next((scratch / "unpacked").glob("usr/share/python-wheels/pip-*.whl"), None)
    return None


def _private_lists(scratch: Path) -> list[str]:
    """A fresh machine may have no package lists yet, and only root may fetch them to their usual place."""
    for directory in ("lists/partial", "cache/archives/partial"):
        (scratch / directory).mkdir(parents=True)
    return [
        "-o", f"Dir::State::Lists={scratch}/lists",
        "-o", f"Dir::Cache={scratch}/cache",
        "-o", "Debug::NoLocking=1",
        "-o", "APT::Sandbox::User=",
    ]  # fmt: skip


def _install_command() -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("apt-get"):
        return (
            f"{sudo}apt-get update && {sudo}apt-get install -y python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    return f"{sys.executable} -m ensurepip --user"


def _pip(*arguments: str) -> None:
    """The machine's own settings of pip (index, proxy, cache) stay in force."""
    done = subprocess.run(
        [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments], check=False, cwd=ROOT
    )
    if done.returncode:
        sys.exit(f"pip failed ({' '.join(arguments[:1])}). Its message above says why; then try again.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
