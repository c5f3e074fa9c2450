"""Runs the functions named test_... of a script, and ends with their count: `sys.exit(run_tests.run("parity", globals()))`."""

import traceback


def run(name, functions):
    """1 if one has failed. A test that answers a text was skipped, which the text says."""
    passed = failed = 0
    for test in [test for test in functions if test.startswith("test_")]:
        try:
            skipped = functions[test]()
            passed += not skipped
            print(f"skipped: {skipped}" if skipped else f"{name} {test}: ok", flush=True)
        except Exception:
            failed += 1
            print(f"{name} {test}: FAILED\n{traceback.format_exc()}", flush=True)
    print(f"{name}: {passed} passed, {failed} failed")
    return int(failed > 0)
