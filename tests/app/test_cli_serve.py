"""`dateline serve` as a stranger starts it: from an empty folder, over a store of any state, until it is told to stop."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from seed.migrating import migrate
from seed.writing import writing_engine
from tests.app.test_cli import DATELINE, PATIENCE, address, environment
from tests.conftest import Store
from tests.content import content
from tests.invented import invented_lines, write_lines
