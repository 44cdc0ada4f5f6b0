# SPDX-License-Identifier: Apache-2.0
"""Shows the endpoints in an NDJSON file of records: report.py FILE. Each exchange was seen by its server and its client; the
table counts the servers' side."""
import json
import statistics
import sys


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    served = [record for record in records if record["direction"] == "1"]
    asked = [record for record in records if record["direction"] == "2"]
    endpoints: dict[tuple, list[dict]] = {}
    for record in served:
        endpoints.setdefault((record["method"], record["path"].split("?")[0], record["statusCode"], record["tls"]), []).append(record)
    print(f"{'METHOD':8}{'PATH':20}{'STATUS':>7}{'COUNT':>7}{'LATENCY (median)':>18}  {'TLS'}")
    for (method, path, status, tls), found in sorted(endpoints.items()):
        latency = statistics.median(int(record["latency_us"]) for record in found) / 1000
        print(f"{method:8}{path:20}{status:>7}{len(found):>7}{latency:>15.2f} ms  {tls or 'no'}")
    whole = sum(record["capture"] == "complete" for record in records)
    clients = sorted({record["process_name"] for record in asked})
    print(f"\n{len(served)} requests as the servers saw them, {len(asked)} as their clients did ({', '.join(clients)}); "
          f"{whole} of {len(records)} records are complete.")
    return 0 if served and whole == len(records) else 1


if __name__ == "__main__":
    sys.exit(main())
