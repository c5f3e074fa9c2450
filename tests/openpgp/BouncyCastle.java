// BouncyCastle as a writer and reader of OpenPGP: replies to a line of words NAME=VALUE with a line "ok BASE64..." or
// "failed TEXT". To be run from its source: java -cp bcpg.jar:bcprov.jar BouncyCastle.java

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPCompressedData;
import org.bouncycastle.openpgp.PGPCompressedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedData;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPBEEncryptedData;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPBEDataDecryptorFactory;
import org.bouncycastle.openpgp.operator.bc.BcPBEKeyEncryptionMethodGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;

public class BouncyCastle {
    static final int CHUNK = 1 << 12;

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = "ok " + answer(line);
            } catch (Exception e) {
                answer = "failed " + e.toString().replace('\n', ' ');
            }
            System.out.println(answer);
        }
    }

    static String answer(String line) throws Exception {
        Map<String, String> job = new HashMap<>();
        for (String word : line.split(" ")) {
            int at = word.indexOf('=');
            job.put(word.substring(0, at), word.substring(at + 1));
        }
        switch (job.get("do")) {
            case "version": return encode(version().getBytes(StandardCharsets.UTF_8));
            case "key": return key();
            case "encrypt": return encode(encrypt(job));
            default: return encode(decrypt(job));
        }
    }

    static String version() throws Exception {
        String place = PGPUtil.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        String name = new java.io.File(place).getCanonicalFile().getName();
        return name.replaceAll("^bcpg-?|\\.jar$", "");
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] decode(Map<String, String> job, String name) {
        return Base64.getDecoder().decode(job.get(name));
    }

    static InputStream open(byte[] bytes) throws Exception {
        return PGPUtil.getDecoderStream(new ByteArrayInputStream(bytes));
    }

    static int constant(Class<?> tags, String name) throws Exception {
        return tags.getField(name).getInt(null);
    }

    /** A key as the service's Java client makes one: RSA 2048, certified with 0x10 and SHA-384. */
    static String key() throws Exception {
        BcPGPDigestCalculatorProvider digests = new BcPGPDigestCalculatorProvider();
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65537), new SecureRandom(), 2048, 12));
        PGPKeyPair primary = new BcPGPKeyPair(PGPPublicKey.RSA_GENERAL, generator.generateKeyPair(), new Date());
        PGPKeyPair encryption = new BcPGPKeyPair(PGPPublicKey.RSA_GENERAL, generator.generateKeyPair(), new Date());
        PGPSignatureSubpacketGenerator signs = new PGPSignatureSubpacketGenerator();
        signs.setKeyFlags(false, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
        PGPSignatureSubpacketGenerator encrypts = new PGPSignatureSubpacketGenerator();
        encrypts.setKeyFlags(false, KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE);
        PGPKeyRingGenerator rings = new PGPKeyRingGenerator(
            PGPSignature.DEFAULT_CERTIFICATION, primary, "no-reply@sendsafely.com", digests.get(HashAlgorithmTags.SHA1), signs.generate(), null,
            new BcPGPContentSignerBuilder(primary.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA384), null);
        rings.addSubKey(encryption, encrypts.generate(), null);
        return encode(armored(rings.generatePublicKeyRing().getEncoded())) + " " + encode(armored(rings.generateSecretKeyRing().getEncoded()));
    }

    static byte[] armored(byte[] packets) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream armor = new ArmoredOutputStream(bytes)) {
            armor.write(packets);
        }
        return bytes.toByteArray();
    }

    static byte[] encrypt(Map<String, String> job) throws Exception {
        byte[] content = decode(job, "content");
        String lengths = job.getOrDefault("lengths", "definite");

        ByteArrayOutputStream literal = new ByteArrayOutputStream();
        PGPLiteralDataGenerator literals = new PGPLiteralDataGenerator(lengths.equals("old"));
        char format = job.containsKey("text") ? PGPLiteralData.UTF8 : PGPLiteralData.BINARY;
        try (OutputStream to = lengths.equals("partial")
                ? literals.open(literal, format, "", new Date(), new byte[CHUNK])
                : literals.open(literal, format, "_CONSOLE", content.length, new Date())) {
            to.write(content);
        }

        ByteArrayOutputStream packed = literal;
        if (job.containsKey("compression")) {
            packed = new ByteArrayOutputStream();
            PGPCompressedDataGenerator compressor = new PGPCompressedDataGenerator(constant(CompressionAlgorithmTags.class, job.get("compression")));
            // Without a buffer, the length is indeterminate.
            try (OutputStream to = lengths.equals("partial") ? compressor.open(packed, new byte[CHUNK]) : compressor.open(packed)) {
                to.write(literal.toByteArray());
            }
        }

        int cipher = constant(SymmetricKeyAlgorithmTags.class, job.getOrDefault("cipher", "AES_256"));
        BcPGPDataEncryptorBuilder builder = new BcPGPDataEncryptorBuilder(cipher).setWithIntegrityPacket(!job.containsKey("without_mdc"));
        PGPEncryptedDataGenerator encryptor = new PGPEncryptedDataGenerator(builder);
        int hash = constant(HashAlgorithmTags.class, job.getOrDefault("hash", "SHA1"));
        int count = Integer.parseInt(job.getOrDefault("count", "96"));
        for (String password : job.getOrDefault("passwords", "").split(",")) {
            if (!password.isEmpty()) {
                char[] characters = new String(Base64.getDecoder().decode(password), StandardCharsets.UTF_8).toCharArray();
                encryptor.addMethod(new BcPBEKeyEncryptionMethodGenerator(characters, new BcPGPDigestCalculatorProvider().get(hash), count));
            }
        }
        if (job.containsKey("key")) {
            PGPPublicKey last = null;
            for (Iterator<PGPPublicKey> keys = new PGPPublicKeyRing(open(decode(job, "key")), new BcKeyFingerprintCalculator()).getPublicKeys(); keys.hasNext(); ) {
                PGPPublicKey key = keys.next();
                last = key.isEncryptionKey() && (last == null || !job.containsKey("primary")) ? key : last;
            }
            encryptor.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(last));
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try (OutputStream to = lengths.equals("partial") ? encryptor.open(message, new byte[CHUNK]) : encryptor.open(message, packed.size())) {
            packed.writeTo(to);
        }
        return job.containsKey("armor") ? armored(message.toByteArray()) : message.toByteArray();
    }

    static byte[] decrypt(Map<String, String> job) throws Exception {
        BcPGPObjectFactory packets = new BcPGPObjectFactory(open(decode(job, "content")));
        Object first = packets.nextObject();
        PGPEncryptedDataList list = (PGPEncryptedDataList) (first instanceof PGPEncryptedDataList ? first : packets.nextObject());
        PGPEncryptedData data = (PGPEncryptedData) list.get(0);
        InputStream clear;
        if (data instanceof PGPPBEEncryptedData) {
            char[] password = new String(decode(job, "passwords"), StandardCharsets.UTF_8).toCharArray();
            clear = ((PGPPBEEncryptedData) data).getDataStream(new BcPBEDataDecryptorFactory(password, new BcPGPDigestCalculatorProvider()));
        } else {
            PGPPublicKeyEncryptedData encrypted = (PGPPublicKeyEncryptedData) data;
            PGPSecretKey key = new PGPSecretKeyRing(open(decode(job, "key")), new BcKeyFingerprintCalculator()).getSecretKey(encrypted.getKeyID());
            clear = encrypted.getDataStream(new BcPublicKeyDataDecryptorFactory(key.extractPrivateKey(null)));
        }
        Object packet = new BcPGPObjectFactory(clear).nextObject();
        if (packet instanceof PGPCompressedData) {
            packet = new BcPGPObjectFactory(((PGPCompressedData) packet).getDataStream()).nextObject();
        }
        byte[] content = ((PGPLiteralData) packet).getInputStream().readAllBytes();
        if (!data.verify()) {
            throw new IllegalStateException("the message was changed");
        }
        return content;
    }
}
