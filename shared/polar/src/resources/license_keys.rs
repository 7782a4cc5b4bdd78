//! Licence keys, used with the organization's token: the routes without one allow three calls a second.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    BenefitId, Client, CustomerId, LicenseKeyActivationId, LicenseKeyId, Metadata, OrganizationId, Result,
    check::Check, open_enum::open_enum, request::Request,
};

/// The licence keys of the organization.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
/// # fn main() { run(async |polar, _| {
/// use polar::{LicenseKeyStatus, Metadata, ValidateLicenseKey};
///
/// # let token = token_of(&polar, demo::GRACE).await?;
/// # let known = polar.portal(&token).all_license_keys(&Default::default()).await?.remove(0);
/// # let (key, organization_id, plugin) = (known.key, known.organization_id, known.benefit_id);
/// let validate = ValidateLicenseKey {
///     key, // as the buyer typed it
///     organization_id,
///     benefit_id: Some(plugin),
///     customer_id: None,
///     activation_id: None,
///     increment_usage: None,
///     conditions: Metadata::default(),
/// };
/// let licence = polar.license_keys().validate(&validate).await?.expect("the key holds");
/// assert_eq!(licence.status, LicenseKeyStatus::Granted);
/// # Ok(()) }) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LicenseKeys<'a>(&'a Client);

impl Client {
    /// The shop's licence keys. Need the scope `license_keys:write`.
    #[must_use]
    pub fn license_keys(&self) -> LicenseKeys<'_> {
        LicenseKeys(self)
    }
}

impl LicenseKeys<'_> {
    /// The key if it holds: `None` if it is unknown, revoked, expired, or of another benefit, customer or condition.
    pub async fn validate(&self, validate: &ValidateLicenseKey) -> Result<Option<LicenseKey>> {
        self.0.find(Request::post("/license-keys/validate").json(validate)).await
    }

    /// Counts one more device. `None` if the key is unknown; refused as `NotPermitted` if it is used up or has no activations.
    pub async fn activate(&self, activate: &ActivateLicenseKey) -> Result<Option<LicenseKeyActivation>> {
        Check::default().metadata("conditions", &activate.conditions).metadata("meta", &activate.meta).done()?;
        self.0.find(Request::post("/license-keys/activate").json(activate)).await
    }

    /// Gives one device back. `false` if there is no such activation.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/example.rs"));
    /// # fn main() { run(async |polar, _| {
    /// use polar::{ActivateLicenseKey, DeactivateLicenseKey, Metadata};
    ///
    /// # let token = token_of(&polar, demo::GRACE).await?;
    /// # let known = polar.portal(&token).all_license_keys(&Default::default()).await?.remove(0);
    /// # let (key, organization_id) = (known.key, known.organization_id);
    /// let laptop = ActivateLicenseKey {
    ///     key: key.clone(),
    ///     organization_id,
    ///     label: "laptop".into(),
    ///     conditions: Metadata::default(),
    ///     meta: [("os", "linux")].into_iter().collect(),
    /// };
    /// let activation = polar.license_keys().activate(&laptop).await?.expect("the key holds");
    ///
    /// let laptop = DeactivateLicenseKey { key, organization_id, activation_id: activation.id };
    /// assert!(polar.license_keys().deactivate(&laptop).await?);
    /// # Ok(()) }) }
    /// ```
    pub async fn deactivate(&self, deactivate: &DeactivateLicenseKey) -> Result<bool> {
        let found: Option<()> = self.0.find(Request::post("/license-keys/deactivate").json(deactivate)).await?;
        Ok(found.is_some())
    }
}

/// Which key to validate. Without `benefit_id` a key of any product of the organization holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValidateLicenseKey {
    /// The key as the buyer has it.
    pub key: String,
    /// The organization that issued it.
    pub organization_id: OrganizationId,
    /// The benefit that it must be of.
    pub benefit_id: Option<BenefitId>,
    /// The customer that it must be of.
    pub customer_id: Option<CustomerId>,
    /// The device that it must be activated for.
    pub activation_id: Option<LicenseKeyActivationId>,
    /// Counts this many uses.
    pub increment_usage: Option<u32>,
    /// Must equal those of the activation.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub conditions: Metadata,
}

/// Which key to activate, and for what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActivateLicenseKey {
    /// The key as the buyer has it.
    pub key: String,
    /// The organization that issued it.
    pub organization_id: OrganizationId,
    /// The device's name.
    pub label: String,
    /// What later validations must say again.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub conditions: Metadata,
    /// Whatever is worth keeping about the device.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub meta: Metadata,
}

/// Which activation to give back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeactivateLicenseKey {
    /// The key as the buyer has it.
    pub key: String,
    /// The organization that issued it.
    pub organization_id: OrganizationId,
    /// The activation.
    pub activation_id: LicenseKeyActivationId,
}

/// A licence key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LicenseKey {
    /// Its id.
    pub id: LicenseKeyId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who issued it.
    pub organization_id: OrganizationId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// The benefit that it came with.
    pub benefit_id: BenefitId,
    /// The key itself.
    pub key: String,
    /// The key with most of it hidden.
    pub display_key: String,
    /// Whether it holds.
    pub status: LicenseKeyStatus,
    /// On how many devices it may be active.
    pub limit_activations: Option<u32>,
    /// How often it was used.
    pub usage: u64,
    /// How often it may be used.
    pub limit_usage: Option<u64>,
    /// How often it was validated.
    pub validations: u64,
    /// When it was last validated.
    pub last_validated_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// The activation asked for, in the answer to a validation.
    #[serde(default)]
    pub activation: Option<Activation>,
    /// All activations, where one key is looked up.
    #[serde(default)]
    pub activations: Vec<Activation>,
}

/// A device that a key is active on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Activation {
    /// Its id.
    pub id: LicenseKeyActivationId,
    /// When it began.
    pub created_at: Timestamp,
    /// The device's name.
    pub label: String,
    /// What is kept about the device.
    #[serde(default)]
    pub meta: Metadata,
}

/// The answer to an activation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LicenseKeyActivation {
    /// The activation's id: later validations name it.
    pub id: LicenseKeyActivationId,
    /// When it began.
    pub created_at: Timestamp,
    /// The device's name.
    pub label: String,
    /// What is kept about the device.
    #[serde(default)]
    pub meta: Metadata,
    /// The key.
    pub license_key: LicenseKey,
}

open_enum! {
    /// Whether a licence key holds.
    pub enum LicenseKeyStatus {
        /// It does.
        Granted = "granted",
        /// The benefit was taken away.
        Revoked = "revoked",
        /// The merchant switched it off.
        Disabled = "disabled",
        ..Unknown
    }
}
