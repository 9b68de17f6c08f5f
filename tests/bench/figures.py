"""Measure the whole process: training, time to ready, memory, and CPU per message. Run: make figures.

Every figure is CPU or wall seconds of this machine at this moment: compare only within one run.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = [
    {"text": "I'm looking for a mentor"},
    {"choice": "region_on"},
    {"text": "What does Dalhousie have for Indigenous students?"},
    {"text": "I want to die"},
    {"choice": "menu"},
]
ROUNDS = 60


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def serve(folder: Path) -> tuple[subprocess.Popen[str], str, float]:
    """Start the guide in a folder; the process, its address, and the seconds until it was ready."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve"],
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": "0",
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/guide.db",
            "RATE_LIMIT": "off",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    url = next(line for line in process.stderr if "The guide is at " in line).split("The guide is at ")[1].strip()
    while httpx.get(f"{url}/readyz").status_code != 200:
        time.sleep(0.05)
    return process, url, time.monotonic() - begun


def stop(process: subprocess.Popen[str]) -> None:
    """End a guide in order."""
    process.terminate()
    process.wait()


def main() -> None:
    """Measure, and print one figure a line."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        process, _, _ = serve(folder)
        print(f"cold, trained from nothing to ready: {time.monotonic() - begun:.1f} s wall")
        stop(process)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"  of that, CPU: {after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime:.1f} s")
        process, url, seconds = serve(folder)
        print(f"warm, to ready: {seconds:.1f} s wall")
        engine = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        with httpx.Client(base_url=url, timeout=30) as client:
            begun_talk = client.post("/webhooks/web/conversations", json={}).json()
            headers = {"Authorization": f"Bearer {begun_talk['token']}", "Prefer": "wait=20"}
            path = f"/webhooks/web/conversations/{begun_talk['conversation']}/messages"

            def talk(rounds: int) -> tuple[float, float, float]:
                server, dialogue, wall = cpu_seconds(process.pid), cpu_seconds(engine), time.monotonic()
                for _ in range(rounds):
                    for message in MESSAGES:
                        client.post(path, json={"id": str(uuid.uuid4()), **message}, headers=headers).raise_for_status()
                count = rounds * len(MESSAGES)
                return (
                    (cpu_seconds(process.pid) - server) / count * 1000,
                    (cpu_seconds(engine) - dialogue) / count * 1000,
                    (time.monotonic() - wall) / count * 1000,
                )

            talk(2)
            server, dialogue, wall = talk(ROUNDS)
            print(f"one message: {server:.1f} ms CPU in the server, {dialogue:.1f} in the engine; {wall:.1f} ms wall")
            server, late, _ = talk(ROUNDS)
            print(f"engine CPU a message after {ROUNDS * len(MESSAGES)} turns, beside before: {late / dialogue:.2f}")
            print(f"memory: {rss_mb(process.pid):.0f} MB in the server, {rss_mb(engine):.0f} in the engine")
        stop(process)


if __name__ == "__main__":
    main()
