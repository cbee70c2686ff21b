"""Speaking on the sandbox's channel as the session's own code does, and as it never would."""

ON_THE_CHANNEL = """
import json, os, socket, struct, sys, threading, time
channel = socket.socket(fileno=os.dup(3))
def say(message):
    body = json.dumps(message).encode()
    channel.sendall(struct.pack(">I", len(body)) + body)
def asked():
    frame = sys._getframe()
    while not (isinstance(frame.f_locals.get("request"), dict) and "number" in frame.f_locals["request"]):
        frame = frame.f_back
    return frame.f_locals["request"]["number"]
"""

# Wrong coordinates in right frames; the labels are left out, because labels may be anything.
FORGED_FIGURE = """
import base64, struct as _struct
def row(*numbers):
    data = base64.b64encode(_struct.pack(f"<{len(numbers)}d", *numbers)).decode()
    return {"t": "array", "dtype": "<f8", "shape": [len(numbers)], "data": data}
line = {"x": row(0, 9), "y": row(0, 1e300), "label": "right", "joined": True, "marked": True}
points = {"x": row(*range(180)), "y": row(*range(180)), "label": "right"}
panel = {"title": "", "xlabel": "", "ylabel": "", "legend": ["right"], "texts": ["right"], "lines": [line] * 18,
         "points": [points], "bars": [], "outlines": [], "segments": []}
figure = {"title": "", "xlabel": "", "ylabel": "", "axes": [panel]}
"""

PASSED = """
passed = {"t": "record", "type": "autograder.checks.outcome.Passed", "fields": [["points", 1.0], ["passed", True]]}
"""

# Answers given before they are asked for.
EARLY = (
    ON_THE_CHANNEL
    + PASSED
    + """
for number in range(40): say({"kind": "value", "value": passed, "number": number})
"""
)

# A cell that never ends, and is the session from then on.
SPEAKS = (
    ON_THE_CHANNEL
    + FORGED_FIGURE
    + PASSED
    + """
def read(count):
    data = b""
    while len(data) < count: data += channel.recv(count - len(data))
    return data
done = {"kind": "done", "error": None, "figures": [figure]}
say({**done, "number": asked()})
while True:
    request = json.loads(read(struct.unpack(">I", read(4))[0]))
    answer = done if request["op"] == "run" else {"kind": "value", "value": passed}
    say({**answer, "number": request["number"]})
"""
)

TALKS_OF_POINTS = (
    ON_THE_CHANNEL
    + """
say({"kind": "stream", "name": "stdout", "text": "1.0 of 1.0 points", "points": 1})
say({"kind": "execute_result", "data": {"text/plain": "1.0"}, "count": 1, "points": 1.0})
say({"kind": "report", "points": 1.0, "results": []})
"""
)


def taken_over(answers: str) -> str:
    """The sandbox's encoder replaced by one that answers by name; every other name has passed."""
    return f"""{PASSED}
from inside.encode import value as encoder
answers = {answers}
intercept, slope, model = "intercept", "slope", "model"
encoder.Encoder.encode = lambda self, value: answers.get(value, passed)
"""
