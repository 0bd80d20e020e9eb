"""Several processes and threads on one log, and one that is killed: nothing acknowledged is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from mesococktail import PrescriptionLog
from mesococktail.log import Receipt
from tests.log.helpers import codes, prescribe

if TYPE_CHECKING:
    from pathlib import Path

_WRITER = """
import sys
from mesococktail import PrescriptionLog
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
line = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)"
with PrescriptionLog.open(path) as log:
    for number in range(count):
        entry = log.prescribe(line, doctor="dr-a", patient=f"P-{name}-{number}", indication="alopecia areata")
        print(f"{entry.seq}-{entry.receipt.hash}", flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_four_processes_append_at_once_and_nothing_is_lost(path: Path) -> None:
    running = [writer(path, str(number), 25) for number in range(4)]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    receipts = [Receipt.parse(one) for lines in said for one in lines]
    assert sorted(receipt.seq for receipt in receipts) == list(range(7, 107))
    assert codes(path, receipts=receipts) == set()
    with PrescriptionLog.open(path, read_only=True) as log:
        patients = {one.record.patient for one in log.prescriptions()}
    assert {f"P-{name}-{number}" for name in range(4) for number in range(25)} <= patients


def test_what_a_killed_writer_was_told_is_there(path: Path) -> None:
    told: list[Receipt] = []
    for kill in (3, 8):
        process = writer(path, f"k{kill}", 1000)
        assert process.stdout is not None
        told += [Receipt.parse(process.stdout.readline().strip()) for _ in range(kill)]
        process.kill()
        told += [Receipt.parse(line.strip()) for line in process.communicate()[0].splitlines()]
        with PrescriptionLog.open(path) as log:
            assert log.verify(receipts=told) == []
            assert prescribe(log).seq == len(log)


def test_threads_with_their_own_log_objects_append_at_once(path: Path) -> None:
    failed: list[BaseException] = []

    def work(name: int) -> None:
        try:
            with PrescriptionLog.open(path) as log:
                for number in range(8):
                    prescribe(log, f"P-{name}-{number}")
        except BaseException as error:  # noqa: BLE001  # told to the thread that started this one
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert codes(path) == set()
    with PrescriptionLog.open(path, read_only=True) as log:
        assert len(log) == 30
