"""Compares a schema document with what SQLAlchemy's inspector sees of the same database.

    compare.py SCHEMA.json SQLALCHEMY_URL

Prints a line for each difference that is not explained below and exits with 1 where there is one.
By hand, for any database:

    headwater schema URL --format json > schema.json
    python compare.py schema.json postgresql+psycopg://…

What is explained, because the inspector cannot know it or tells it otherwise:

* A type that it does not know (NullType) is not compared.
* It tells names without their schema where the search path has that schema; only the last part of
  the name of an enum or domain is compared.
* MySQL, MariaDB: it reads SHOW CREATE TABLE, where texts stand in quotes and expressions in
  parentheses; the catalog's views print both without. Defaults, checks and generated columns are
  compared without the outer quotes, parentheses, character set introducers and escapes.
* MySQL, MariaDB: it leaves out sequences, tells no expression of a functional index, no index that
  is IGNORED, no default that is an expression (MariaDB) or bits, and whether a column of a view is
  nullable only as a guess.
* MySQL, MariaDB: RESTRICT and NO ACTION are the same to InnoDB; each catalog names another one, and
  the inspector neither.
* MySQL, MariaDB: it reads SHOW CREATE TABLE by patterns and leaves a backtick in a name doubled. Of
  names with commas, parentheses or quotes it misses foreign keys: those are not compared here, but
  with what was put in.
* MySQL, MariaDB: a view's definition in the catalog names the database and has no check option,
  which is a fact of its own with us.
* MySQL: the catalog prints the default of a binary column in hexadecimal, up to its first zero byte;
  SHOW CREATE TABLE prints the bytes as text.
* PostgreSQL: it tells the default of a domain as that of each column of the domain, the internal type
  "char" as varchar, and the type beneath a domain without its length.
* PostgreSQL: unique indexes behind unique constraints are listed by it as duplicates, and the
  primary key's index is not listed; those of ours that serve a constraint are left out.
* A view's definition is compared without space, parentheses, or the semicolon at its end.
"""

import json
import re
import sys

import sqlalchemy
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope


class Comparison:
    def __init__(self, document, engine):
        self.document = document
        self.engine = engine
        self.inspector = sqlalchemy.inspect(engine)
        self.dialect = engine.dialect
        self.is_postgres = self.dialect.name == "postgresql"
        self.is_maria = bool(getattr(self.dialect, "is_mariadb", False))
        self.differences = []
        self.compared = {}

    def say(self, where, what, ours, theirs):
        self.differences.append(f"{where}: {what}: ours {ours!r}, theirs {theirs!r}")

    def same(self, where, what, ours, theirs):
        self.compared[what] = self.compared.get(what, 0) + 1
        if ours != theirs:
            self.say(where, what, ours, theirs)

    def schemas(self):
        if self.is_postgres:
            names = self.inspector.get_schema_names()
            return [n for n in names if n != "information_schema" and not n.startswith("pg_")]
        return [self.engine.url.database]

    def run(self):
        for schema in self.schemas():
            self.schema(schema)
        return self.differences

    def schema(self, schema):
        ask = {"schema": schema, "kind": ObjectKind.ANY, "scope": ObjectScope.DEFAULT}
        i = self.inspector
        theirs = {
            "columns": i.get_multi_columns(**ask),
            "primary": i.get_multi_pk_constraint(**ask),
            "foreign": i.get_multi_foreign_keys(**ask),
            "unique": i.get_multi_unique_constraints(**ask),
            "checks": i.get_multi_check_constraints(**ask),
            "indexes": i.get_multi_indexes(**ask),
            "comment": i.get_multi_table_comment(**ask),
        }
        if not self.is_postgres:
            theirs = single_backticks(theirs)
        ours = {t["name"]: t for t in self.document["tables"] if t["schema"] == schema}
        names = {name for _, name in theirs["columns"]}
        sequences = {s["name"] for s in self.document["sequences"] if s.get("schema") == schema}
        self.same(schema, "tables", sorted(ours), sorted(names - sequences if not self.is_postgres else names))
        self.same(schema, "sequences", *self.sequences(schema))
        for name in sorted(names & set(ours)):
            of = {what: found.get((schema, name)) for what, found in theirs.items()}
            self.table(schema, ours[name], of)
        views = set(i.get_view_names(schema)) | (
            set(i.get_materialized_view_names(schema)) if self.is_postgres else set()
        )
        for name in sorted(views & set(ours)):
            text = plain_view(ours[name].get("definition"))
            other = plain_view(i.get_view_definition(name, schema))
            if not self.is_postgres:
                text = text and text.replace(f"{schema}.".lower(), "")
                other = re.sub("with(local|cascaded)checkoption$", "", other)
            self.same(f"{schema}.{name}", "view", text, other)
        if self.is_postgres:
            self.enums(schema)
            self.domains(schema)

    def sequences(self, schema):
        if not self.is_postgres:
            return [], []
        # Those of identity columns stand with their column.
        identity = set()
        ours = {s["name"] for s in self.document["sequences"] if s["schema"] == schema}
        theirs = set(self.inspector.get_sequence_names(schema))
        with self.engine.connect() as connection:
            internal = connection.execute(sqlalchemy.text(
                "SELECT c.relname FROM pg_depend d JOIN pg_class c ON c.oid = d.objid"
                " WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'i' AND c.relkind = 'S'"
            ))
            identity = {row[0] for row in internal}
        return sorted(ours - identity), sorted(theirs - identity)

    def enums(self, schema):
        ours = {e["name"]: e["values"] for e in self.document["enums"] if e["schema"] == schema}
        theirs = {e["name"]: e["labels"] for e in self.inspector.get_enums(schema)}
        self.same(schema, "enums", ours, theirs)

    def domains(self, schema):
        ours = {
            d["name"]: (re.sub(r"\(.*", "", last(pg_type(d["type"]))), d["nullable"], sorted(c["name"] for c in d.get("checks", [])))
            for d in self.document["domains"] if d["schema"] == schema
        }
        theirs = {
            d["name"]: (last(pg_type(d["type"] if isinstance(d["type"], str) else pg_name(d["type"], self.dialect))), d["nullable"],
                        sorted(c["name"] for c in d["constraints"]))
            for d in self.inspector.get_domains(schema)
        }
        self.same(schema, "domains", ours, theirs)

    def table(self, schema, ours, theirs):
        where = f"{schema}.{ours['name']}"
        is_view = ours["kind"] in ("view", "materialized_view")
        comment = (theirs["comment"] or {}).get("text") or None
        if not (is_view and not self.is_postgres):
            self.same(where, "comment", ours["comment"], comment)
        self.same(where, "column names", [c["name"] for c in ours["columns"]], [c["name"] for c in theirs["columns"]])
        their_columns = {c["name"]: c for c in theirs["columns"]}
        for column in ours["columns"]:
            if column["name"] in their_columns:
                self.column(f"{where}.{column['name']}", column, their_columns[column["name"]], is_view)
        self.keys(where, ours, theirs, is_view)
        self.foreign_keys(where, schema, ours, theirs)
        self.checks(where, ours, theirs)
        self.indexes(where, ours, theirs)

    def column(self, where, ours, theirs, is_view):
        if self.is_postgres or not is_view:
            self.same(where, "nullable", ours["nullable"], theirs["nullable"])
        self.same(where, "column comment", ours["comment"], theirs.get("comment") or None)
        their_type = theirs["type"]
        if isinstance(their_type, sqlalchemy.types.NullType):
            self.compared["type unknown to SQLAlchemy"] = self.compared.get("type unknown to SQLAlchemy", 0) + 1
        elif self.is_postgres and ours["type"] != '"char"':
            self.same(where, "collation", bare(ours.get("collation")), their_collation(their_type))
            self.same(where, "type", last(pg_type(ours["type"])), last(pg_type(pg_name(their_type, self.dialect))))
        elif not self.is_postgres:
            self.same(where, "type", my_type(ours["type"]), my_type(their_type.compile(self.dialect)))
        computed = theirs.get("computed")
        generated = ours.get("generated")
        self.same(where, "generated", bool(generated), bool(computed))
        if computed and generated:
            self.same(where, "expression", plain(generated["expression"]), plain(computed["sqltext"]))
            if computed.get("persisted") is not None:
                self.same(where, "stored", generated["stored"], bool(computed["persisted"]))
        if not computed and not is_view:
            default = theirs.get("default")
            mine = ours["default"]
            if isinstance(their_type, postgresql.DOMAIN) and mine is None:
                default = None
            if not self.is_postgres and ours.get("on_update"):
                mine = f"{mine or 'NULL'} ON UPDATE {ours['on_update']}"
            if not self.is_postgres and default is None and mine and re.search(r"\(|^[bx]'", mine):
                mine = None
            if mine and re.fullmatch("0x[0-9a-f]*", mine) and "binary" in ours["type"]:
                mine = bytes.fromhex(mine[2:]).decode()
                default = default and default.strip("'").replace("\\0", "")
            self.same(where, "default", plain(mine), plain(default))
        if self.is_postgres:
            identity = theirs.get("identity")
            mine = ours.get("identity")
            self.same(where, "identity", mine and (mine["generation"] == "always", str(mine["start"]), str(mine["increment"])),
                      identity and (identity["always"], str(identity["start"]), str(identity["increment"])))
        elif not is_view:
            self.same(where, "auto increment", ours.get("auto_increment", False), bool(theirs.get("autoincrement")))

    def keys(self, where, ours, theirs, is_view):
        if is_view:
            return
        primary = (theirs["primary"] or {}).get("constrained_columns") or []
        self.same(where, "primary key", ours["primary_key"], primary)
        named = [k.get("name") for k in ours.get("keys", []) if k.get("primary")]
        if self.is_postgres and primary:
            self.same(where, "primary key name", named, [theirs["primary"].get("name")])
        mine = sorted((k["name"] or "", k["columns"], k.get("nulls_not_distinct", False) if self.is_postgres else False)
                      for k in ours.get("keys", []) if not k.get("primary"))
        other = sorted((k["name"], k["column_names"], bool((k.get("dialect_options") or {}).get("postgresql_nulls_not_distinct")))
                       for k in theirs["unique"] or [])
        if not self.is_postgres:
            # A functional unique index is no key of columns.
            other = [k for k in other if k[1] and None not in k[1]]
        self.same(where, "unique", mine, other)

    def foreign_keys(self, where, schema, ours, theirs):
        mine = sorted(
            (k["name"] or "", k["columns"], k["referenced_schema"] or schema, k["referenced_table"],
             k["referenced_columns"], options(k, self.is_postgres))
            for k in ours["foreign_keys"]
        )
        other = sorted(
            (k["name"], k["constrained_columns"], k["referred_schema"] or schema, k["referred_table"],
             k["referred_columns"], their_options(k["options"], self.is_postgres))
            for k in theirs["foreign"] or []
        )
        self.same(where, "foreign keys", mine, other)

    def checks(self, where, ours, theirs):
        mine = sorted((c["name"] or "", plain(c["expression"])) for c in ours.get("checks", []))
        other = sorted((c["name"] or "", plain(c["sqltext"])) for c in theirs["checks"] or [])
        if self.is_maria:
            # A check of a column bears the column's name in the catalog, and none in SHOW CREATE TABLE,
            # where the inspector reads them only as constraints of the table.
            mine = [(c["name"] or "", plain(c["expression"])) for c in ours.get("checks", []) if not c.get("column")]
            other = sorted(other)
            mine.sort()
        self.same(where, "checks", mine, other)

    def indexes(self, where, ours, theirs):
        mine, other = [], []
        for index in ours["indexes"]:
            if index.get("primary") or (self.is_postgres and index.get("constraint")):
                continue
            if self.is_maria and index.get("invisible"):
                continue
            columns = [c.get("name") for c in index["columns"]]
            if not self.is_postgres:
                columns = [c for c in columns if c]
            mine.append((index["name"], index["unique"], columns, index.get("included", []),
                         self.method(index["method"]), plain(index.get("predicate")), self.expressions(index),
                         self.orders(index)))
        for index in theirs["indexes"] or []:
            if self.is_postgres and index.get("duplicates_constraint"):
                continue
            option = index.get("dialect_options") or {}
            columns = list(index["column_names"])
            method = option.get("postgresql_using", "btree") if self.is_postgres else (option.get("mysql_prefix") or option.get("mariadb_prefix") or "btree").lower()
            mysql_lengths = option.get("mysql_length") or {}
            sorting = index.get("column_sorting") or {}
            other.append((index["name"], bool(index["unique"]), columns, option.get("postgresql_include", []) or [],
                          method, plain(option.get("postgresql_where")),
                          [plain(e) for e, c in zip(index.get("expressions") or columns, columns) if c is None]
                          if self.is_postgres else sorted(mysql_lengths.items()) if isinstance(mysql_lengths, dict) else mysql_lengths,
                          sorted((plain_expression(name) if name not in columns else name, tuple(how)) for name, how in sorting.items()) if self.is_postgres else []))
        if self.is_postgres:
            # Those of exclusion constraints are listed by the inspector as indexes.
            exclusions = {e["name"] for e in ours.get("exclusions", [])}
            other = [i for i in other if i[0] not in exclusions]
        self.same(where, "indexes", sorted(mine, key=str), sorted(other, key=str))

    def method(self, method):
        if self.is_postgres:
            return method
        return method if method in ("fulltext", "spatial") else "btree"

    def expressions(self, index):
        if self.is_postgres:
            return [plain(c["expression"]) for c in index["columns"] if not c.get("name")]
        lengths = [(c["name"], c["prefix_length"]) for c in index["columns"] if c.get("prefix_length")]
        return sorted(lengths)

    def orders(self, index):
        if not self.is_postgres:
            return []
        found = []
        for c in index["columns"]:
            how = []
            descending = c.get("order") == "desc"
            if descending:
                how.append("desc")
            nulls = c.get("nulls")
            if nulls:
                how.append(f"nulls_{nulls}")
            if how:
                found.append((c.get("name") or plain_expression(c["expression"]), tuple(how)))
        return sorted(found)


def options(key, is_postgres):
    found = {}
    for event in ("on_update", "on_delete"):
        if key[event] not in (("no_action",) if is_postgres else ("no_action", "restrict")):
            found[event] = key[event].replace("_", " ").upper()
    if key.get("on_delete_columns"):
        found["on_delete"] += f" ({', '.join(key['on_delete_columns'])})"
    if key.get("deferrable"):
        found["deferrable"] = True
        found["initially"] = "DEFERRED" if key.get("initially_deferred") else None
    if key.get("match"):
        found["match"] = key["match"].upper()
    return sorted((k, v) for k, v in found.items() if v is not None)


def their_options(found, is_postgres):
    kept = {}
    for event in ("onupdate", "ondelete"):
        if found.get(event) and found[event] not in (("NO ACTION",) if is_postgres else ("NO ACTION", "RESTRICT")):
            kept[event.replace("on", "on_", 1)] = found[event]
    if found.get("deferrable"):
        kept["deferrable"] = True
        if found.get("initially") == "DEFERRED":
            kept["initially"] = "DEFERRED"
    if found.get("match") and found["match"] != "SIMPLE":
        kept["match"] = found["match"]
    return sorted(kept.items())


def single_backticks(found):
    if isinstance(found, str):
        return found.replace("``", "`")
    if isinstance(found, (list, tuple)):
        return type(found)(single_backticks(item) for item in found)
    if isinstance(found, dict):
        return {single_backticks(key): single_backticks(value) for key, value in found.items()}
    return found


def bare(collation):
    """A collation's name without its schema."""
    return collation and re.sub(r'^(?:.*\.)?"?([^".]+)"?$', r"\1", collation)


def their_collation(of):
    """The inspector's word for the default collation of a domain is "default"."""
    found = getattr(of, "collation", None)
    return None if found == "default" else found


def pg_name(of, dialect):
    """How the inspector's type is written."""
    if isinstance(of, postgresql.ARRAY):
        return pg_name(of.item_type, dialect) + "[]"
    if isinstance(of, (postgresql.ENUM, postgresql.DOMAIN)):
        return of.name
    return re.sub(r' COLLATE "(?:[^"]|"")*"$', "", of.compile(dialect=dialect))


PG = [
    (r"\bcharacter varying\b", "varchar"), (r"\bcharacter\b", "char"), (r"\bbpchar\b", "char"),
    (r"\bint\b", "integer"), (r"\bfloat\b", "double precision"),
    (r"\btimestamp(\(\d+\))? without time zone", r"timestamp\1"), (r"\btime(\(\d+\))? without time zone", r"time\1"),
    (r"\(53\)", ""), (r"\bdecimal\b", "numeric"), (r"\[\](\[\])+", "[]"), (r"\bdouble_precision\b", "double precision"),
]


def pg_type(text):
    text = re.sub(r"\s*,\s*", ",", text.lower() if '"' not in text else text)
    for pattern, to in PG:
        text = re.sub(pattern, to, text)
    return text.strip()


def last(text):
    """The last part of a qualified name."""
    match = re.fullmatch(r'(?:(?:"(?:[^"]|"")*"|[^".]+)\.)?("(?:[^"]|"")*"|[^"]+?)((?:\[\])*)', text)
    if not match or "(" in text:
        return text
    name = match.group(1)
    if name.startswith('"'):
        name = name[1:-1].replace('""', '"')
    return name.lower() + match.group(2)


def my_type(text):
    text = re.sub(r"\s+(character set|collate)\s+\S+", "", text, flags=re.I)
    text = re.sub(r"\s*,\s*", ",", text)
    if not re.match(r"(enum|set)\b", text, re.I):
        text = text.lower()
    text = re.sub(r"^(ENUM|SET)", lambda m: m.group(0).lower(), text)
    text = text.replace("\\\\", "\\")
    text = re.sub(r"\binteger\b", "int", text)
    text = re.sub(r"\bnumeric\b", "decimal", text)
    text = re.sub(r"\bbool(ean)?\b", "tinyint(1)", text)
    text = re.sub(r"^year\(4\)$", "year", text)
    text = re.sub(r"^(bit|char|binary)$", r"\1(1)", text)
    return re.sub(r"\s+", " ", text).strip()


def plain(text):
    """A default or expression without what differs only in how it is written."""
    if text is None or text == "NULL":
        return None
    return plain_expression(str(text))


def plain_expression(text):
    text = text.replace("\\'", "'").replace("''", "'")
    text = re.sub(r"\b_(utf8mb4|utf8mb3|utf8|latin1|binary|ascii)(?=\s*')", "", text)
    text = re.sub(r"[`\s()]", "", text).strip("'").lower()
    return text.replace("currenttimestamp", "current_timestamp")


def plain_view(text):
    if text is None:
        return None
    text = re.sub(r"^\s*CREATE\b.*?\bAS\b", "", text, count=1, flags=re.I | re.S)
    return re.sub(r"[\s`();]", "", text).lower()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    document = document.get("data", document)
    url = sqlalchemy.make_url(sys.argv[2])
    arguments = {}
    if url.get_backend_name() == "postgresql":
        # As our own reading has it: nothing on the path, so that all names are printed in full.
        arguments = {"options": "-csearch_path="}
    else:
        # PyMySQL writes a password in Latin-1; the server was given it in UTF-8.
        arguments = {"password": url.password.encode()}
    engine = sqlalchemy.create_engine(url, connect_args=arguments)
    comparison = Comparison(document, engine)
    differences = comparison.run()
    for difference in differences:
        print(difference)
    print(json.dumps(comparison.compared), file=sys.stderr)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
