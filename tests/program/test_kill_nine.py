"""Kill -9 at any moment loses no stored measurement and stores none twice.

A demo node with a store on disk measures every target once a second. It is killed at a random moment, started
again on the same store, and so on; what its API has shown must be there at the end, once.
"""

import datetime
import itertools
import os
import random
import sqlite3
import tempfile
import time
import unittest

from node import Node

ROUNDS = int(os.environ.get("CYBERWATCH_KILLS", "100"))
SHORTEST_INTERVAL_SECONDS = 1

LINKS_OF_MEASUREMENTS = """
SELECT coalesce(sum(json_array_length(x.annotation, '$.links')), 0) FROM measurements m
JOIN path_annotations x ON x.path_id = m.path_id AND x.valid_from = (
  SELECT max(v.valid_from) FROM path_annotations v WHERE v.path_id = m.path_id AND v.valid_from <= m.started_at)
"""


def measure_often(node):
    for target in node.get("/api/v1/targets?limit=500").json["items"]:
        node.call("PATCH", f"/api/v1/targets/{target['id']}", {"interval_s": SHORTEST_INTERVAL_SECONDS})


def watch_until_killed(node, moment, shown):
    """Notes what the node says is stored, until the moment of its end."""
    while True:
        for item in node.get("/api/v1/measurements?limit=500").json["items"]:
            shown.add(item["id"])
        if time.monotonic() >= moment:
            node.kill()
            return


class KillNine(unittest.TestCase):
    def test_what_was_stored_survives_and_nothing_is_stored_twice(self):
        chance = random.Random(2026)
        shown = set()
        with tempfile.TemporaryDirectory(prefix="cyberwatch-kill-") as folder:
            store = os.path.join(folder, "cyberwatch.db")
            for round_ in range(ROUNDS):
                with Node(command="demo", store=store) as node:
                    if round_ == 0:
                        measure_often(node)
                    # The moment is what varies: it lies anywhere in the node's first second.
                    watch_until_killed(node, time.monotonic() + chance.uniform(0, 1), shown)
            with Node(command="demo", store=store) as node:
                self.assertEqual(node.stop(), 0)
            with sqlite3.connect(store) as database:
                self.check(database, shown)

    def check(self, database, shown):
        def one(query):
            return database.execute(query).fetchone()[0]

        self.assertEqual(one("PRAGMA integrity_check"), "ok")
        rows = database.execute("SELECT id, address, started_at FROM measurements ORDER BY address, started_at").fetchall()
        stored = [row[0] for row in rows]
        self.assertGreater(len(shown), ROUNDS)
        self.assertEqual(shown - set(stored), set(), "lost")
        self.assertEqual(len(stored), len(set(stored)))
        # A job measured and stored twice would show as two measurements closer than the target's interval.
        for (_, address, earlier), (_, next_address, later) in itertools.pairwise(rows):
            if address == next_address:
                gap = datetime.datetime.fromisoformat(later) - datetime.datetime.fromisoformat(earlier)
                self.assertGreaterEqual(gap.total_seconds(), SHORTEST_INTERVAL_SECONDS, (address, earlier, later))
        # What is counted beside the measurements is counted once each.
        self.assertEqual(one("SELECT row_count FROM row_counts WHERE table_name = 'measurements'"), len(stored))
        self.assertEqual(one("SELECT sum(measurement_count) FROM path_epochs"),
                         one("SELECT count(*) FROM measurements WHERE path_id IS NOT NULL"))
        self.assertEqual(one("SELECT sum(observed_count) FROM as_links"), one(LINKS_OF_MEASUREMENTS))


if __name__ == "__main__":
    unittest.main()
