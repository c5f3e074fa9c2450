"""tools/ffi_files.py finds a function that stands where its name does not say."""

import ffi_files
import pytest

# Where each function belongs, and its parameters.
PLACES = {
    "sendsafely_client_new": ("client", "sendsafely_client **out_client"),
    "sendsafely_client_new_for_report": ("client", "sendsafely_client **out_client"),
    "sendsafely_client_free": ("client", "sendsafely_client *client"),
    "sendsafely_package_upload_file": ("upload", "sendsafely_package *package, sendsafely_report **out_report"),
    "sendsafely_report_free": ("upload", "sendsafely_report *report"),
    "sendsafely_client_list_packages": ("packages", "const sendsafely_list_options *options, sendsafely_package_iterator **out_iterator"),
    "sendsafely_list_options_init": ("packages", "sendsafely_list_options *options"),
    "sendsafely_package_iterator_next": ("packages", "sendsafely_package_iterator *iterator, sendsafely_summary **out_summary"),
    "sendsafely_summary_free": ("packages", "sendsafely_summary *summary"),
    "sendsafely_package_get_file_text": ("file", "sendsafely_package *package"),
    "sendsafely_package_get_file_notes": ("file_note", "sendsafely_package *package"),
}
PARAMETERS = {function: parameters for function, (_, parameters) in PLACES.items()}
FILES = {function: file for function, (file, _) in PLACES.items()}
OTHERS = {"sendsafely_package_create": "package"}


def test_each_function_is_where_its_name_says():
    assert not list(ffi_files.faults(PARAMETERS, FILES | OTHERS))


@pytest.mark.parametrize("function", PLACES)
def test_a_misplaced_function_is_found(function):
    # Other functions keep each file its name.
    others = OTHERS | {f"sendsafely_{file}": file for file in FILES.values()}
    for file in {"other", *others.values()} - {FILES[function]}:
        found = ffi_files.faults(PARAMETERS, FILES | others | {function: file})
        assert any(fault.startswith(f"{function}: in {file}.rs") for fault in found), file


def test_a_function_that_no_file_has_is_found():
    missing = "sendsafely_package_upload_file"
    assert [fault.split(":")[0] for fault in ffi_files.faults({missing: ""}, OTHERS)] == [missing]
