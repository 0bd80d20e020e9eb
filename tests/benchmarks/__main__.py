"""Every figure, in one table. ``MESOCOCKTAIL_BENCH_DIR`` says where the long log is kept between runs."""

from tests.benchmarks import (
    bench_append,
    bench_courses,
    bench_import,
    bench_lake,
    bench_questions,
    bench_start,
    bench_verify,
)
from tests.benchmarks.measure import report

print("| work | median | least-most | reach |\n| --- | --- | --- | --- |")
for bench in (
    bench_start,
    bench_import,
    bench_append,
    bench_questions,
    bench_lake,
    bench_verify,
    bench_courses,
):
    report(bench.main())
