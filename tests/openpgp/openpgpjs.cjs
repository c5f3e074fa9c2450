// openpgp.js as a writer and reader of OpenPGP: tools/node openpgpjs.cjs 4|5|6. Replies to a line of words NAME=VALUE with a line
// "ok BASE64..." or "failed TEXT".

const readline = require("readline");

const major = Number(process.argv[2]);
const openpgp = require(`openpgp${major}`);
const { enums } = openpgp;

const decode = (text) => new Uint8Array(Buffer.from(text, "base64"));
const utf8 = (bytes) => Buffer.from(bytes).toString("utf8");
const encode = (bytes) => Buffer.from(bytes).toString("base64");
const listed = (text) => (text ? text.split(",").map((one) => utf8(decode(one))) : undefined);
const userId = { name: "Trusted Browser", email: "no-reply@sendsafely.com" };

// Data of a stream is written with partial lengths.
const source = (job, content) => (job.lengths ? new ReadableStream({ start(to) { to.enqueue(content); to.close(); } }) : content);

async function all(written) {
  if (written instanceof Uint8Array || typeof written === "string") return Buffer.from(written);
  const pieces = [];
  for await (const piece of written) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

// --- Version 4: settings for all calls, messages as objects

async function readKey4(armored) {
  const { keys, err } = await openpgp.key.readArmored(armored);
  if (err && err.length) throw err[0];
  return keys[0];
}

const library4 = {
  version: () => openpgp.config.versionstring.replace(/.*v/, ""),

  async key(type) {
    const made = await openpgp.generateKey({ userIds: [userId], ...(type === "rsa" ? { numBits: 2048 } : { curve: "ed25519" }) });
    return [made.publicKeyArmored, made.privateKeyArmored];
  },

  async encrypt(job, content) {
    openpgp.config.encryption_cipher = enums.symmetric[job.cipher || "aes256"];
    openpgp.config.s2k_iteration_count_byte = Number(job.count || 96);
    openpgp.config.aead_protect = "aead" in job;
    if (job.aead) openpgp.config.aead_mode = enums.aead[job.aead];
    const data = source(job, content);
    const done = await openpgp.encrypt({
      message: job.text ? openpgp.message.fromText(utf8(content)) : openpgp.message.fromBinary(data),
      passwords: listed(job.passwords),
      publicKeys: job.key && [await readKey4(utf8(decode(job.key)))],
      compression: enums.compression[job.compression || "uncompressed"],
      armor: "armor" in job,
      streaming: false,
    });
    return all("armor" in job ? done.data : done.message.packets.write());
  },

  async decrypt(job, content) {
    const armored = content[0] < 0x80;
    const { data } = await openpgp.decrypt({
      message: armored ? await openpgp.message.readArmored(utf8(content)) : await openpgp.message.read(content),
      passwords: listed(job.passwords),
      privateKeys: job.key && [await readKey4(utf8(decode(job.key)))],
      format: "binary",
    });
    return data;
  },
};

// --- Versions 5 and 6

const ARGON2 = { passes: 1, parallelism: 2, memoryExponent: 12 };

const library = {
  version: () => openpgp.config.versionString.replace(/.* /, ""),

  async key(type) {
    const how = {
      default: {},
      rsa: { type: "rsa", rsaBits: 2048 },
      // As an organization makes its master key.
      rsa4096: { type: "rsa", rsaBits: 4096, keyExpirationTime: 3 * 365 * 86_400 },
      curve25519: { type: "curve25519" },
      // The key's owner can read authenticated modes.
      authenticated: { type: "rsa", rsaBits: 2048, config: { aeadProtect: true } },
    };
    const made = await openpgp.generateKey({ userIDs: [userId], format: "armored", ...how[type] });
    return [made.publicKey, made.privateKey];
  },

  async encrypt(job, content) {
    const config = {
      preferredCompressionAlgorithm: enums.compression[job.compression || "uncompressed"],
      preferredSymmetricAlgorithm: enums.symmetric[job.cipher || "aes256"],
      s2kIterationCountByte: Number(job.count || 96),
      aeadProtect: "aead" in job,
    };
    if (job.aead) config.preferredAEADAlgorithm = enums.aead[job.aead];
    if (job.chunk) config.aeadChunkSizeByte = Number(job.chunk);
    if (job.argon2) {
      config.s2kType = enums.s2k.argon2;
      config.s2kArgon2Params = ARGON2;
    }
    return all(await openpgp.encrypt({
      message: await openpgp.createMessage(job.text ? { text: utf8(content) } : { binary: source(job, content) }),
      passwords: listed(job.passwords),
      encryptionKeys: job.key && await openpgp.readKey({ armoredKey: utf8(decode(job.key)) }),
      format: "armor" in job ? "armored" : "binary",
      config,
    }));
  },

  async decrypt(job, content) {
    const armored = content[0] < 0x80;
    const { data } = await openpgp.decrypt({
      message: await openpgp.readMessage(armored ? { armoredMessage: utf8(content) } : { binaryMessage: content }),
      passwords: listed(job.passwords),
      decryptionKeys: job.key && await openpgp.readPrivateKey({ armoredKey: utf8(decode(job.key)) }),
      format: "binary",
    });
    return data;
  },
};

async function answer(line) {
  const job = Object.fromEntries(line.split(" ").map((word) => word.split(/=(.*)/s)));
  const does = major === 4 ? library4 : library;
  switch (job.do) {
    case "version": return encode(does.version());
    case "key": return (await does.key(job.type)).map(encode).join(" ");
    default: return encode(await does[job.do](job, decode(job.content)));
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin, terminal: false })) {
    process.stdout.write(await answer(line).then((done) => `ok ${done}\n`, (error) => `failed ${String(error).replaceAll("\n", " ")}\n`));
  }
})();
