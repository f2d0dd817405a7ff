# The steps of .ci/run and how they are counted; sourced, not run. Expects $scratch, a folder of the run's own.

passed=0 failed=0 reports=0 faults=()

# fault <what>: counts one failure and remembers it for the summary.
fault() {
  failed=$((failed + 1))
  faults+=("$1")
}

# run <step> <limit> <command...>: prints the command's output and its seconds; sets $status and $log, counts nothing.
# The output goes through a file: a process left behind would keep a pipe open, and the run waiting, for ever.
run() {
  local step=$1 limit=$2 from=$SECONDS verdict=passed
  shift 2
  log=$scratch/log
  printf '\n=== %s\n' "$step"
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1
  status=$?
  cat "$log"
  [ $status -eq 0 ] || verdict="FAILED, exit code $status"
  [ $status -eq 124 ] && verdict="FAILED, cut off after $limit"
  printf -- '--- %s: %s (%d s)\n' "$step" "$verdict" $((SECONDS - from))
}

# check <step> <limit> <command...>: a step that counts as one.
check() {
  run "$@"
  if [ $status -eq 0 ]; then passed=$((passed + 1)); else fault "$1: exit code $status"; fi
}

# check_tests <step> <limit> <npm test command...>: counts every test; the summary looks after the skipped ones.
check_tests() {
  local step=$1 report counts pass fail
  report=$scratch/reports/$((++reports)).json
  run "$@" --json --outputFile="$report"
  counts=$(node -p '
    const r = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    `${r.numPassedTests} ${r.numFailedTests + r.numRuntimeErrorTestSuites}`' "$report" 2>/dev/null)
  read -r pass fail <<<"${counts:-0 0}"
  passed=$((passed + pass))
  if [ "$fail" -gt 0 ]; then
    failed=$((failed + fail))
    faults+=("$step: $fail failed")
  elif [ $status -ne 0 ]; then
    fault "$step: exit code $status"
  elif [ "$pass" -eq 0 ]; then
    fault "$step: no test ran"
  fi
}

# never_passed: prints the title of each test that some run skipped and no run passed. What one run cannot do (an older
# Node, an ordinary user), another has to.
never_passed() {
  node -e '
    const fs = require("node:fs");
    const reports = process.argv.slice(1).filter((file) => fs.existsSync(file));
    const tests = reports.flatMap((file) => {
      const { testResults = [] } = JSON.parse(fs.readFileSync(file, "utf8"));
      return testResults.flatMap((suite) => suite.assertionResults);
    });
    const name = ({ fullName }) => fullName.replace(/ \(skipped: .*?\)/g, "");
    const passed = new Set(tests.filter(({ status }) => status === "passed").map(name));
    const skipped = tests.filter((test) => test.status === "pending" && !passed.has(name(test)));
    for (const title of new Set(skipped.map(({ fullName }) => fullName))) console.log(title);' "$scratch"/reports/*
}

# summary: the last line of the run; its exit code is that of the run.
summary() {
  local title
  while read -r title; do fault "skipped in every run: $title"; done < <(never_passed)
  printf '\n=== %d s in all\n' $SECONDS
  [ ${#faults[@]} -gt 0 ] && printf 'FAULT %s\n' "${faults[@]}"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
