"""Copies the table by DuckDB's scanners: from PostgreSQL into a SQLite file."""

import importlib.util
import pathlib
import sys

import duckdb

url, target = sys.argv[1:]
connection = duckdb.connect()
for name in ("postgres_scanner", "sqlite_scanner"):
    package = pathlib.Path(importlib.util.find_spec(f"duckdb_extension_{name}").origin).parent
    (extension,) = package.rglob("*.duckdb_extension")
    connection.execute(f"LOAD '{extension}'")
quoted = url.replace("'", "''")
connection.execute(f"ATTACH '{quoted}' AS source (TYPE postgres, READ_ONLY)")
connection.execute(f"ATTACH '{target}' AS target (TYPE sqlite)")
connection.execute("CREATE TABLE target.events AS SELECT * FROM source.public.events")
