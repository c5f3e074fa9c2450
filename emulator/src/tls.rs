//! `--tls`: makes a certificate authority at start, a certificate for loopback, and some that are wrong.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::dates::day_from_now;
use crate::settings::Certificate;

/// One for each certificate that a test may ask for.
pub(crate) struct Acceptors {
    valid: TlsAcceptor,
    expired: TlsAcceptor,
    wrong_name: TlsAcceptor,
    self_signed: TlsAcceptor,
}

impl Acceptors {
    pub(crate) fn of(&self, certificate: Certificate) -> &TlsAcceptor {
        match certificate {
            Certificate::Valid => &self.valid,
            Certificate::Expired => &self.expired,
            Certificate::WrongName => &self.wrong_name,
            Certificate::SelfSigned => &self.self_signed,
        }
    }
}

/// Writes the authority's certificate, which clients have to trust, into the directory.
pub(crate) fn acceptors(directory: &Path) -> Result<(Acceptors, PathBuf), Box<dyn Error>> {
    let mut params = within(CertificateParams::default(), VALID)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "sendsafely-emulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

    fs::create_dir_all(directory)?;
    let ca_file = directory.join("ca.pem");
    fs::write(&ca_file, pem(authority.der()))?;

    let signed = |names: &[&str], days| -> Result<_, Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let mut params = leaf(names, days)?;
        params.use_authority_key_identifier_extension = true;
        acceptor(&params.signed_by(&key, &authority)?, &key)
    };
    let key = KeyPair::generate()?;
    let acceptors = Acceptors {
        valid: signed(&LOOPBACK, VALID)?,
        expired: signed(&LOOPBACK, EXPIRED)?,
        wrong_name: signed(&["elsewhere.test"], VALID)?,
        self_signed: acceptor(&leaf(&LOOPBACK, VALID)?.self_signed(&key)?, &key)?,
    };
    Ok((acceptors, ca_file))
}

const LOOPBACK: [&str; 2] = ["localhost", "127.0.0.1"];
/// Days from now. Some verifiers refuse more than a year.
const VALID: (i64, i64) = (-1, 365);
const EXPIRED: (i64, i64) = (-30, -2);

fn leaf(names: &[&str], days: (i64, i64)) -> Result<CertificateParams, Box<dyn Error>> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = within(CertificateParams::new(names)?, days)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn acceptor(
    certificate: &rcgen::Certificate,
    key: &KeyPair,
) -> Result<TlsAcceptor, Box<dyn Error>> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn within(
    mut params: CertificateParams,
    (from, to): (i64, i64),
) -> Result<CertificateParams, Box<dyn Error>> {
    let day = |days| -> Result<_, Box<dyn Error>> {
        let (year, month, day) = day_from_now(days);
        Ok(date_time_ymd(
            year.try_into()?,
            month.try_into()?,
            day.try_into()?,
        ))
    };
    params.not_before = day(from)?;
    params.not_after = day(to)?;
    Ok(params)
}

fn pem(certificate: &[u8]) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (at, character) in STANDARD.encode(certificate).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + "\n-----END CERTIFICATE-----\n"
}
