import os
import time

from flask import Flask, request

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return {}


@app.post("/orders")
def create_order():
    order = request.get_json()
    time.sleep(0.005)  # the work
    with open(os.environ["EFFECTS_FILE"], "a") as effects:
        effects.write(order["id"] + "\n")
    return order, 201
