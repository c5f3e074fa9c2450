//! `--tls`: makes a certificate authority and a certificate for loopback at start.

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

/// Writes the authority's certificate, which clients have to trust, into the directory.
pub(crate) fn acceptor(directory: &Path) -> Result<(TlsAcceptor, PathBuf), Box<dyn Error>> {
    let mut authority = valid(CertificateParams::default())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "sendsafely-emulator authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let key = KeyPair::generate()?;
    let mut leaf = valid(CertificateParams::new([
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
    ])?)?;
    leaf.distinguished_name
        .push(DnType::CommonName, "localhost");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let leaf = leaf.signed_by(&key, &authority)?;

    fs::create_dir_all(directory)?;
    let ca_file = directory.join("ca.pem");
    fs::write(&ca_file, pem(authority.der()))?;

    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), ca_file))
}

/// Valid from yesterday for a year: some verifiers refuse a longer validity.
fn valid(mut params: CertificateParams) -> Result<CertificateParams, Box<dyn Error>> {
    let day = |days| -> Result<_, Box<dyn Error>> {
        let (year, month, day) = day_from_now(days);
        Ok(date_time_ymd(
            year.try_into()?,
            month.try_into()?,
            day.try_into()?,
        ))
    };
    params.not_before = day(-1)?;
    params.not_after = day(365)?;
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
