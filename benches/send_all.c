/* The C example `send` for all files of a directory in one package: send_all DIRECTORY prints the link. */
#include <stdio.h>
#include <stdlib.h>

#include <sendsafely.h>

int main(int argc, char **argv) {
  sendsafely_client_options options;
  sendsafely_client *client = NULL;
  sendsafely_package *package = NULL;
  sendsafely_finalized *finalized = NULL;
  sendsafely_error *error = NULL;
  int failed;

  if (argc != 2) return 2;
  sendsafely_client_options_init(&options, sizeof options);
  options.ca_bundle = getenv("SENDSAFELY_CA_BUNDLE");
  if (!sendsafely_client_new(getenv("SENDSAFELY_HOST"), getenv("SENDSAFELY_API_KEY"), getenv("SENDSAFELY_API_SECRET"),
                             &options, &client, &error) &&
      !sendsafely_package_create(client, &package, &error) &&
      !sendsafely_package_add_recipient(package, "ann@example.com", NULL, NULL, &error) &&
      !sendsafely_package_upload_all(package, argv[1], NULL, NULL, &error) &&
      !sendsafely_package_finalize(package, NULL, &finalized, &error))
    printf("%s\n", finalized->link);
  else
    fprintf(stderr, "send_all: %s\n", sendsafely_error_message(error));
  failed = finalized == NULL;
  sendsafely_finalized_free(finalized);
  sendsafely_package_free(package);
  sendsafely_client_free(client);
  sendsafely_error_free(error);
  return failed;
}
