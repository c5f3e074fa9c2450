/* Every exported function that returns a status, with valid arguments for it: tables from the header, by nonsense.py,
 * and the memory that they point to. */
#ifndef EVERY_CALL_H
#define EVERY_CALL_H

#include "support.h"

#define NOT_UTF8 ((void *)"caf\xe9")
#define KEYCODE "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define LINK "https://acme.test/receive/?packageCode=M0AEMIrTQe9XWRgGDKiKta1pXobmpKwAVafWgXjnBsw#keyCode=" KEYCODE

enum kind { HANDLE, TEXT, TEXTS, BYTES, SIZE_OF_ARRAY, INT32, ENUM, OPTIONS, CALLBACK, OUTPUT, REPORT, OTHER };

/* A kind of handle: a live one, and one that was freed. */
struct handle {
  const char *name;
  void *(*make)(sendsafely_client *of);
  void (*free)(void *);
  void *live, *freed;
};

/* An options struct. Lists end with a NULL name. */
struct field {
  const char *name;
  enum kind kind;
  size_t offset;
};
struct options {
  const char *name;
  sendsafely_status (*init)(void *, size_t);
  void (*fill)(void *); /* sets required fields */
  size_t size;
  const struct field *fields;
};

/* The memory that valid arguments point to. */
static char file_id[256], recipient_id[256], package_id[256], source[4096], target[4096], directory[4096];
static char key_pair[4096], private_key[8192], public_key[8192], armored[8192];
static const char *const emails[] = {"carl@customer.test", "dora@customer.test"};
static const char *const package_ids[] = {package_id, package_id};

/* Whether the ids stay those of the last package. */
static int ids_are_fixed;

/* A package with a recipient and a file, ready for every call. */
static sendsafely_package *make_package(sendsafely_client *of) {
  sendsafely_package *package = NULL;
  sendsafely_recipient *recipient = NULL;
  sendsafely_file *file = NULL;
  char *id = NULL;
  CHECK_OK(sendsafely_package_create(of, &package, NULL));
  CHECK_OK(sendsafely_package_add_recipient(package, "ann@customer.test", NULL, &recipient, NULL));
  CHECK_OK(sendsafely_package_upload_memory(package, "first.bin", (const uint8_t *)"bytes", 5, NULL, &file, NULL));
  CHECK_OK(sendsafely_package_id(package, &id, NULL));
  if (!recipient || !file || !id) exit(finish("every call"));
  if (!ids_are_fixed) {
    snprintf(recipient_id, sizeof recipient_id, "%s", recipient->recipient_id);
    snprintf(file_id, sizeof file_id, "%s", file->file_id);
    snprintf(package_id, sizeof package_id, "%s", id);
  }
  sendsafely_recipient_free(recipient);
  sendsafely_file_free(file);
  sendsafely_string_free(id);
  return package;
}

static sendsafely_activity_iterator *make_activity(sendsafely_client *of) {
  sendsafely_package *workspace = new_workspace(of);
  sendsafely_activity_iterator *iterator = NULL;
  CHECK_OK(sendsafely_package_list_activity(workspace, &iterator, NULL));
  sendsafely_package_free(workspace);
  return iterator;
}

union value;
struct argument {
  const char *name;
  enum kind kind;
  int may_be_null;
  void *valid; /* points to a union value, or to the table's entry of a handle or of options */
  size_t size; /* of an output */
  void (*free)(void *);
};
struct call {
  const char *name;
  sendsafely_status (*call)(const union value *with, sendsafely_error **error);
  const struct argument *arguments;
  int32_t result; /* with valid arguments: a status without a request, or ASKS */
};
enum { ASKS = -2, JUDGED_BEFORE = -1, MOST = 16 };
#include "nonsense_calls.h" /* union value, handles, all_options, calls, frees */

/* Valid options, with room beyond. */
static void *set_options(const struct options *options, uint8_t *room, size_t beyond) {
  CHECK_OK(options->init(room, options->size + beyond));
  options->fill(room);
  return room;
}

static void put_text(char room[8192], const char *path) {
  char *text = read_text(path);
  snprintf(room, 8192, "%s", text);
  free(text);
}

static void fill_memory(void) {
  snprintf(source, sizeof source, "%s", scratch("source.bin"));
  snprintf(target, sizeof target, "%s", scratch("target.bin"));
  snprintf(directory, sizeof directory, "%s", scratch(""));
  write_file(source, "bytes", 5);
  put_text(private_key, "tests/vectors/node/trusted-device-private.asc");
  put_text(public_key, "tests/vectors/node/trusted-device-public.asc");
  put_text(armored, "tests/vectors/java/keycode-for-node-key.asc");
  snprintf(key_pair, sizeof key_pair, "%s", scratch("key-pair.json"));
  CHECK_OK(sendsafely_key_pair_save(key_pair, NULL, private_key, NULL, NULL));
}

#endif
