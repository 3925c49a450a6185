"""The files of `deploy` fit the code: every variable is known, every process is one of ours, every port is right."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import config
from cli.main import SUBCOMMANDS
from config.keys import load_keys
from config.settings import PROCESSES, ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
UNITS = sorted(DEPLOY.glob("*.service"))
SECRETS = {
    "database_url": "postgresql://sendbote:secret@database/sendbote",
    "redis_url": "redis://redis:6379/0",
    "smtp_url": "smtps://user:secret@relay.example.org",
    "telegram_token": "1234567:secret",
    "address_key": "a" * 64,
    "signing_key": "b" * 64,
}


@pytest.fixture
def environments(tmp_path: Path) -> list[dict[str, str]]:
    """What each of our containers would be given, its secrets in files of this test."""
    for name, value in SECRETS.items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
    common = _variables(COMPOSE.partition("services:")[0]) | {"SENDBOTE_DATA": str(tmp_path / "data")}
    own = [_variables(service) for service in re.split(r"\n  (?=\w+:\n)", COMPOSE) if "SENDBOTE_RUN" in service]
    return [
        {name: value.replace("/run/secrets/", f"{tmp_path}/") for name, value in {**common, **one}.items()}
        for one in own
    ]


def test_containers_are_given_settings_that_are_known_and_right(environments: list[dict[str, str]]) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config").glob("*.py"))
    known = set(re.findall(r"SENDBOTE_[A-Z_]+", code))
    for environment in environments:
        assert {name.removesuffix("_FILE") for name in environment} <= known
        settings = config.load(environment)
        assert (settings.database_url, settings.redis_url) == (SECRETS["database_url"], SECRETS["redis_url"])
        assert (settings.public_address, settings.panel_url) == (
            "https://news.example.org",
            "https://panel.example.org",
        )
        assert not settings.sandbox
        assert load_keys(settings.data, environment).signing == bytes.fromhex(SECRETS["signing_key"])


def test_containers_run_every_process_but_the_sandbox(environments: list[dict[str, str]]) -> None:
    first, workers = (config.load(environment).run for environment in environments)
    assert first == set(PROCESSES) - {"sandbox"}
    assert workers == {"worker"}


def test_every_secret_of_the_containers_has_its_file() -> None:
    used = set(re.findall(r"/run/secrets/(\w+)", COMPOSE))
    assert used == set(re.findall(r"file: secrets/(\w+)", COMPOSE)) == {*SECRETS, "database_password"}


def test_an_image_holds_no_secret_of_those_who_build_it() -> None:
    for name in (".dockerignore", ".gitignore"):
        left_out = {line.strip("/") for line in (ROOT / name).read_text(encoding="utf-8").splitlines()}
        assert left_out >= {"deploy/secrets", "deploy/.env"}, name


def test_compose_reads_our_file(tmp_path: Path) -> None:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("needs docker-compose")
    shutil.copy(DEPLOY / "compose.yaml", tmp_path)
    (tmp_path / ".env").write_text("PUBLIC_HOST=news.example.org\nPANEL_HOST=panel.example.org\n", encoding="utf-8")
    told = subprocess.run([program, "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_proxies_pass_on_to_where_we_listen(environments: list[dict[str, str]]) -> None:
    settings = config.load(environments[0])
    for name in ("Caddyfile", "nginx.conf"):
        ports = re.findall(r"127\.0\.0\.1:(\d+)", (DEPLOY / name).read_text(encoding="utf-8"))
        assert sorted(map(int, ports)) == [settings.panel_port, settings.public_port], name


def test_services_and_containers_start_what_there_is() -> None:
    started = [line for unit in UNITS for line in re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)]
    started += re.findall(r'^CMD \["(.+)"\]$', (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert len(started) == len(UNITS) + 1
    for line in started:
        program, command = re.split(r'"?,? "?', line)
        assert program.endswith(".venv/bin/sendbote")
        assert command in SUBCOMMANDS


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_our_units(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze")
    words = unit.read_text(encoding="utf-8").replace("/srv/sendbote/.venv/bin/sendbote", shutil.which("true") or "")
    copy = tmp_path / unit.name
    copy.write_text(words, encoding="utf-8")
    told = subprocess.run([program, "verify", copy], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def _variables(words: str) -> dict[str, str]:
    """`NAME: value` of ours, with what the operator's `.env` would hold."""
    words = words.replace("${PUBLIC_HOST}", "news.example.org").replace("${PANEL_HOST}", "panel.example.org")
    words = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", words)
    return {name: value.strip('"') for name, value in re.findall(r"^ +(SENDBOTE_\w+): (.+)$", words, re.MULTILINE)}
