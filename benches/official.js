// The C examples with the official Node client: official.js MODULES send PATH prints the link, receive LINK DIRECTORY. PATH may be
// a directory, whose files all go into one package.
'use strict';

const fs = require('fs');
const path = require('path');

const [modules, way, given, directory] = process.argv.slice(2);
const SendSafely = require(path.join(modules, '@sendsafely/sendsafely'));
const account = ['SENDSAFELY_HOST', 'SENDSAFELY_API_KEY', 'SENDSAFELY_API_SECRET'].map((name) => process.env[name]);
console.log = console.error; // standard output is for the link alone

function client() {
  const made = new SendSafely(...account);
  ['sendsafely.error', 'file.upload.error', 'server.error', 'limit.exceeded'].forEach((event) =>
    made.on(event, (...error) => {
      console.error(event, ...error);
      process.exit(1);
    }));
  return made;
}

const call = (made, name, ...rest) => new Promise((resolve) => made[name](...rest, (...results) => resolve(results)));

async function send() {
  const files = fs.statSync(given).isDirectory() ? fs.readdirSync(given).map((name) => path.join(given, name)) : [given];
  const made = client();
  const [id, serverSecret, code, keycode] = await call(made, 'createPackage');
  await call(made, 'addRecipients', id, ['ann@example.com'], keycode);
  let sent = 0;
  await new Promise((resolve) => {
    made.encryptAndUploadFiles(id, keycode, serverSecret, files, 'NODE_API', () => {
      sent += 1;
      if (sent === files.length) resolve();
    });
  });
  const [link] = await call(made, 'finalizePackage', id, code, keycode);
  process.stdout.write(`${link}\n`, () => process.exit(0));
}

async function receive() {
  const made = client();
  const keycode = given.split('#keyCode=')[1];
  const [information] = await call(made, 'packageInformationFromLink', given);
  for (const file of information.files) {
    await new Promise((resolve) => {
      made.on('file.saved', () => made.downloadHandler.fileWriteStream.on('finish', resolve));
      made.downloadFile(information.packageId, file.fileId, keycode, { path: directory, fileName: file.fileName });
    });
  }
  process.exit(0);
}

(way === 'send' ? send() : receive()).catch((error) => {
  console.error(error);
  process.exit(1);
});
