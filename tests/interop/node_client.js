// The official Node client, driven by lines of JSON: {"credentials": [URL, KEY, SECRET], "call": NAME, "arguments": [...]} has the response {"results": [...]}
// or {"error": [CODE, MESSAGE]}. A call is a method whose last argument is a callback, or one of those below.
'use strict';

// Standard output is for responses alone.
console.log = console.error;

const readline = require('readline');

// The client's workers listen on one window for all objects and receive each other's responses: each call has its own window.
function fresh() {
  Object.keys(require.cache)
    .filter((file) => file.includes('/@sendsafely/'))
    .forEach((file) => delete require.cache[file]);
  return require('@sendsafely/sendsafely');
}

// Failures of an upload are any of these events.
const UPLOAD_ERRORS = ['limit.exceeded', 'duplicate.file', 'file.upload.error', 'server.error', 'invalid.file.name', 'session.timeout'];

const calls = {
  // By itself, the client uses the API server only after five failures, which take ten seconds.
  upload(client, done, fail, [packageId, directoryId, keycode, serverSecret, paths, throughApi]) {
    const files = [];
    const uploaded = (packageId, fileId) => {
      files.push(fileId);
      if (files.length === paths.length) done(files);
    };
    UPLOAD_ERRORS.forEach((event) => client.on(event, (error) => fail(error.error, error.message)));
    if (directoryId === null) {
      client.encryptAndUploadFiles(packageId, keycode, serverSecret, paths, 'NODE_API', uploaded);
    } else {
      client.encryptAndUploadFilesToDirectory(packageId, keycode, serverSecret, paths, 'NODE_API', directoryId, uploaded);
    }
    client.uploadHandler.ec2Proxy = throughApi;
  },

  download(client, done, fail, [packageId, directoryId, fileId, keycode, directory, name]) {
    const config = { path: directory, fileName: name };
    client.on('file.saved', () => client.downloadHandler.fileWriteStream.on('finish', () => done()));
    if (directoryId === null) client.downloadFile(packageId, fileId, keycode, config);
    else client.downloadFileFromDirectory(packageId, directoryId, fileId, keycode, config);
  },

  // Headers and status of the response.
  copy(client, done, fail, given) {
    client.on('copy.file.failed', fail);
    client.copyFile(...given, (request) => done(request.responseJSON));
  },
};

function run({ credentials, call, arguments: given }) {
  return new Promise((resolve) => {
    const [url, key, secret] = credentials;
    const client = new (fresh())(url, key, secret);
    const done = (...results) => resolve({ results });
    const fail = (...error) => resolve({ error: error.map((one) => (one instanceof Error ? one.message : one)) });
    client.on('sendsafely.error', fail);
    if (calls[call]) calls[call](client, done, fail, given);
    else client[call](...given, done);
  });
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
  }
  process.exit(0);
})();
