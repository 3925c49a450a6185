"""`python -m sandbox`: the sandbox alone, without the product."""

import argparse
from pathlib import Path

from sandbox.app import run

parser = argparse.ArgumentParser(prog="python -m sandbox")
parser.add_argument("--data", type=Path, default=Path("data"))
parser.add_argument("--port", type=int, default=8027)
parser.add_argument("--smtp-port", type=int, default=8028)
parser.add_argument("--language", default="en")
chosen = parser.parse_args()
run(chosen.data, port=chosen.port, smtp_port=chosen.smtp_port, language=chosen.language)
