"""A small shop: reads, writes, keeps temporary files, asks the system for the time zone."""

import hashlib
import json
import os
import subprocess
import tempfile

from flask import Flask, request

app = Flask(__name__)


@app.get("/health")
def health():
    return "ok"


@app.get("/cart")
def cart():
    with tempfile.NamedTemporaryFile(dir="/tmp", suffix=".json") as file:
        file.write(json.dumps(dict(request.args)).encode())
        file.flush()
        return {"size": os.path.getsize(file.name), "sum": hashlib.sha256(os.urandom(9)).hexdigest()}


@app.get("/date")
def date():
    return subprocess.run(["date", "+%Z"], capture_output=True, check=True).stdout
