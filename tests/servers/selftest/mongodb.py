"""The promises of the MongoDB servers, by pymongo. Run by selftest.sh."""

import os
import sys
from collections.abc import Callable

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError

ADMIN_PASSWORD = os.environ["HEADWATER_TEST_ADMIN_PASSWORD"]
PORT = int(os.environ["HEADWATER_TEST_MONGODB_PORT"])
TLS_PORT = int(os.environ["HEADWATER_TEST_MONGODB_TLS_PORT"])
TLS_DIR = os.environ["HEADWATER_TEST_TLS_DIR"]
OVER_TLS = {"port": TLS_PORT, "tls": True, "tlsCAFile": f"{TLS_DIR}/ca.pem"}

broken = 0


def connect(user: str = "", password: str = "", source: str = "", **options) -> MongoClient:
    options = {"port": PORT, "directConnection": True, "serverSelectionTimeoutMS": 2000} | options
    if user:
        options |= {"username": user, "password": password, "authSource": source}
    return MongoClient("127.0.0.1", **options)


def admin(**options) -> MongoClient:
    return connect("headwater_admin", ADMIN_PASSWORD, "admin", **options)


def reader(**options) -> MongoClient:
    return connect("reader", "reader-pass", "shop", **options)


def nobody() -> MongoClient:
    return connect("nobody_user", "nobody-pass", "admin")


def report(what: str, fault: object) -> None:
    global broken
    if fault is None:
        print(f"ok      mongodb: {what}")
    else:
        broken += 1
        print(f"BROKEN  mongodb: {what}\n        {fault}")


def says(what: str, expected: object, action: Callable[[], object]) -> None:
    try:
        answer = action()
    except PyMongoError as error:
        answer = error
    report(what, None if answer == expected else f"not {expected!r} but {answer!r}")


def refuses(what: str, code: int, action: Callable[[], object]) -> None:
    try:
        fault = f"not refused: {action()!r}"
    except OperationFailure as error:
        fault = None if error.code == code else f"not code {code} but {error!r}"
    except PyMongoError as error:
        fault = repr(error)
    report(what, fault)


def unreachable(what: str, action: Callable[[], object]) -> None:
    try:
        fault = f"reached: {action()!r}"
    except ServerSelectionTimeoutError:
        fault = None
    report(what, fault)


def find(client: MongoClient, database: str = "shop") -> list:
    return [document["a"] for document in client[database]["probe"].find()]


def ping(client: MongoClient) -> float:
    return client["admin"].command("ping")["ok"]


AUTHENTICATION_FAILED, UNAUTHORIZED = 18, 13

says("shop is empty", [], lambda: admin()["shop"].list_collection_names())
admin()["shop"]["probe"].insert_one({"a": 7})
admin()["elsewhere"]["probe"].insert_one({"a": 8})
says("the admin reads every database", [8], lambda: find(admin(), "elsewhere"))
says("reader reads what the admin makes", [7], lambda: find(reader()))
says("… with SCRAM-SHA-1 as well", [7], lambda: find(reader(authMechanism="SCRAM-SHA-1")))
refuses("reader cannot write", UNAUTHORIZED, lambda: reader()["shop"]["probe"].insert_one({}))
refuses("reader reads nothing else", UNAUTHORIZED, lambda: find(reader(), "elsewhere"))
refuses("reader cannot list databases", UNAUTHORIZED, lambda: reader().list_database_names())
says("reader lists collections", ["probe"], lambda: reader()["shop"].list_collection_names())
says("nobody_user logs in", 1.0, lambda: ping(nobody()))
refuses("… but reads nothing", UNAUTHORIZED, lambda: find(nobody()))
refuses("… and lists nothing", UNAUTHORIZED, lambda: nobody()["shop"].list_collection_names())
refuses("a wrong password", AUTHENTICATION_FAILED, lambda: ping(connect("reader", "wrong", "shop")))
refuses("an unknown user", AUTHENTICATION_FAILED, lambda: ping(connect("stranger", "x", "shop")))
refuses("the wrong authSource", AUTHENTICATION_FAILED, lambda: ping(connect("reader", "reader-pass", "admin")))
says("before a login it answers a ping", 1.0, lambda: ping(connect()))
refuses("… and nothing else", UNAUTHORIZED, lambda: find(connect()))
says("an unknown database is an empty one", [], lambda: admin()["nowhere"].list_collection_names())

admin()["admin"].command(
    "configureFailPoint",
    "failCommand",
    mode={"times": 1},
    data={"failCommands": ["find"], "errorCode": 50, "appName": "selftest"},
)
says("a fail point leaves other clients alone", [7], lambda: find(reader()))
refuses("… and fails its own", 50, lambda: find(reader(appName="selftest")))

for server in ({}, OVER_TLS):
    admin(**server).drop_database("shop")
    admin(**server).drop_database("elsewhere")
says("reader is still there when shop was dropped", 1.0, lambda: ping(reader()))

says("TLS, name verified", 1.0, lambda: ping(reader(**OVER_TLS)))
says(
    "TLS and login by client certificate",
    1.0,
    lambda: ping(
        connect(authMechanism="MONGODB-X509", tlsCertificateKeyFile=f"{TLS_DIR}/client-both.pem", **OVER_TLS)
    ),
)
unreachable("TLS by another authority", lambda: ping(reader(**OVER_TLS | {"tlsCAFile": f"{TLS_DIR}/other-ca.pem"})))
unreachable("no TLS where it is demanded", lambda: ping(reader(port=TLS_PORT)))
unreachable("TLS where it is not offered", lambda: ping(reader(**OVER_TLS | {"port": PORT})))

sys.exit(1 if broken else 0)
