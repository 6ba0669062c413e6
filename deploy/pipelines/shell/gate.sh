#!/bin/sh
# The gate in any pipeline. Exit code: 0 GO, 1 NO-GO, 3 UNDECIDED, 2 an error; all but 0 stop a pipeline that heeds it.
#
#   GATEHOUSE_SCANS      scan files, one per line, judged alone; empty: judge what the store of the configuration holds
#   GATEHOUSE_COLLECT    true: read the configured sources into that store first
#   GATEHOUSE_IMPORT     scan files, one per line, taken into that store first
#   GATEHOUSE_OPTIONS    further options of `gatehouse gate`, one per line, e.g. --policy and strict on two lines
#   GATEHOUSE_REPORTS    folder for the reports; default gatehouse-reports
#   GATEHOUSE_ANNOUNCE   auto (default): tell it on GitHub or GitLab where this is one of their jobs; none: do not
#   GATEHOUSE_COMMAND    how to run Gatehouse; default the version this file came with
set -eu

reports=${GATEHOUSE_REPORTS:-gatehouse-reports}
mkdir -p "$reports"

# One word per line, whatever characters are in it.
set -f
IFS='
'
# shellcheck disable=SC2086
set -- ${GATEHOUSE_OPTIONS:-}
if [ -n "${GATEHOUSE_SCANS:-}" ]; then
  set -- "$@" --scan
  for file in $GATEHOUSE_SCANS; do set -- "$@" "$file"; done
fi
case "${GATEHOUSE_ANNOUNCE:-auto}" in
  none) ;;
  auto) if [ "${GITHUB_ACTIONS:-}" = true ] || [ "${GITLAB_CI:-}" = true ]; then set -- "$@" --announce auto; fi ;;
  *) set -- "$@" --announce "$GATEHOUSE_ANNOUNCE" ;;
esac
set -- "$@" --report \
  "json=$reports/verdict.json" \
  "sarif=$reports/verdict.sarif" \
  "junit=$reports/verdict.xml" \
  "markdown=$reports/verdict.md" \
  "html=$reports/verdict.html" \
  "gl-code-quality=$reports/gl-code-quality.json"

gatehouse=${GATEHOUSE_COMMAND:-npx --yes gatehouse@0.1.0}

take_in() {
  IFS='
'
  # shellcheck disable=SC2086
  set -- $GATEHOUSE_IMPORT
  IFS=' '
  $gatehouse import -- "$@"
}

# Without the evidence there is no verdict: what fails on the way to it is an error, whatever its exit code was.
judge() {
  IFS=' '
  if [ "${GATEHOUSE_COLLECT:-}" = true ]; then $gatehouse collect || return 2; fi
  if [ -n "${GATEHOUSE_IMPORT:-}" ]; then take_in || return 2; fi
  $gatehouse gate "$@"
}

code=0
judge "$@" || code=$?

# What is announced stands on the page of the run already.
if [ "${GATEHOUSE_ANNOUNCE:-auto}" = none ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$reports/verdict.md" ]; then
  cat "$reports/verdict.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  case $code in
    0) word=GO ;;
    1) word=NO-GO ;;
    3) word=UNDECIDED ;;
    *) word=ERROR ;;
  esac
  printf 'verdict=%s\nreports=%s\n' "$word" "$reports" >>"$GITHUB_OUTPUT"
fi
exit "$code"
