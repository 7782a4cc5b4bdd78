//! Creates the upstreams' certificate and its authority. Both are for one run, and only its programs trust them.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::NamedTempFile;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::ServerSessionMemoryCache,
};

/// The name in the certificate.
pub(crate) const HOST: &str = "localhost";

/// An authority of our own with one certificate.
pub(crate) struct Authority {
    file: NamedTempFile,
    server: ServerConfig,
    client: Arc<ClientConfig>,
}

impl Authority {
    /// Makes keys and certificates: ECDSA over P-256, as DynamoDB's and Polar's are.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Another name than the certificate's: OpenSSL takes one that names itself for self-signed.
        params.distinguished_name.push(DnType::CommonName, "bench");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([HOST.to_owned()])?.signed_by(&key, &issuer)?;
        let file = NamedTempFile::new()?;
        std::fs::write(file.path(), issuer.pem())?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(issuer.der().clone())?;
        let mut client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // A program that has just started knows no session to resume either.
        client.resumption = Resumption::disabled();
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .context("the certificate fits its key")?;
        Ok(Self { file, server, client: Arc::new(client) })
    }

    /// The authority's certificate, for programs to believe.
    pub(crate) fn file(&self) -> &Path {
        self.file.path()
    }

    /// TLS for a client that believes the authority.
    pub(crate) fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.client)
    }

    /// TLS for a server that offers these protocols, as in `h2`.
    pub(crate) fn server(&self, protocols: &[&str]) -> Arc<ServerConfig> {
        let mut server = self.server.clone();
        // Of its own: no server resumes another's session.
        server.session_storage = ServerSessionMemoryCache::new(256);
        server.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Arc::new(server)
    }
}
