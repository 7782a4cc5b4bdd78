use std::collections::HashMap;

use polar::{Benefit, BenefitType, Client, Error, File, FileId, Product};
use purchases::Terms;

use super::{
    chain::{Chain, Finding, Link, Look},
    polar::counted,
};

/// Polar accepts a few hundred ids in one address.
const IDS_PER_CALL: usize = 100;

/// Checks the benefits, files and limits of the products on sale.
pub(super) async fn look(chain: &mut Chain, polar: &Client, products: &[Product]) {
    chain.look_each(Link::Benefits, &[Link::Organization], async { Ok(check_benefits(products)) }).await;
    chain.look_each(Link::Files, &[Link::Organization], check_files(polar, products)).await;
    chain.look_each(Link::Terms, &[Link::Organization], async { Ok(check_terms(products)) }).await;
}

/// Whether each product has a download. One without may be intended, such as a product with license keys only.
fn check_benefits(products: &[Product]) -> Vec<Finding> {
    let faults = products.iter().flat_map(|product| {
        let nothing = !product.benefits.iter().any(is_download);
        let nothing = nothing.then(|| {
            let says = format!("{:?} has no benefit with a download", product.name);
            Finding::warning(says, "if buyers should get a file, add a File Downloads benefit to the product at Polar")
        });
        let bad_addresses = product.benefits.iter().filter(|benefit| has_bad_address(benefit)).map(|benefit| {
            let says =
                format!("the download_url of {:?} of {:?} is not an https address", benefit.description, product.name);
            Finding::broken(says, "correct it in the benefit's metadata at Polar")
        });
        nothing.into_iter().chain(bad_addresses).collect::<Vec<_>>()
    });
    or_all_well(faults.collect(), || format!("{} with a download", counted(products.len(), "product")))
}

pub(super) fn is_download(benefit: &Benefit) -> bool {
    let elsewhere = benefit.kind == BenefitType::Custom && benefit.metadata.get("download_url").is_some();
    benefit.kind == BenefitType::Downloadables || elsewhere
}

fn has_bad_address(benefit: &Benefit) -> bool {
    let address = benefit.metadata.get("download_url").filter(|_| benefit.kind == BenefitType::Custom);
    address.is_some_and(|address| !address.as_str().is_some_and(|address| address.starts_with("https://")))
}

/// Whether the files exist, are fully uploaded and not flagged as malicious.
async fn check_files(polar: &Client, products: &[Product]) -> Look<Vec<Finding>> {
    let mut wanted: Vec<FileId> =
        products.iter().flat_map(|product| &product.benefits).flat_map(Benefit::files).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut files = HashMap::new();
    for ids in wanted.chunks(IDS_PER_CALL) {
        match polar.files().list_all(ids).await {
            Ok(page) => files.extend(page.into_iter().map(|file| (file.id, file))),
            Err(Error::InsufficientScope) => {
                return Err(Finding::skipped("not checked: the access token lacks files:read"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let faults = products.iter().flat_map(|product| {
        let benefits = product.benefits.iter().filter(|benefit| benefit.kind == BenefitType::Downloadables);
        benefits.flat_map(|benefit| faults_of(benefit, product, &files)).collect::<Vec<_>>()
    });
    Ok(or_all_well(faults.collect(), || format!("{}, fully uploaded and not archived", counted(wanted.len(), "file"))))
}

fn faults_of(benefit: &Benefit, product: &Product, files: &HashMap<FileId, File>) -> Vec<Finding> {
    let of = format!("{:?} of {:?}", benefit.description, product.name);
    if benefit.files().is_empty() {
        let advice = "upload a file to the benefit at Polar, or unarchive one";
        return vec![Finding::broken(format!("{of} has no file: none was added, or all are archived"), advice)];
    }
    let fault = |id: FileId| {
        let again = "upload it to the benefit at Polar again";
        match files.get(&id) {
            None => Some(Finding::broken(format!("a file of {of} no longer exists ({id})"), again)),
            Some(file) if file.flagged_malicious_at.is_some() => {
                let says = format!("Polar flagged {:?} of {of} as malicious, so buyers cannot download it", file.name);
                Some(Finding::broken(says, "replace it, or ask Polar's support to review it"))
            }
            Some(file) if !file.is_uploaded => {
                Some(Finding::broken(format!("the upload of {:?} of {of} was not finished", file.name), again))
            }
            Some(_) => None,
        }
    };
    benefit.files().into_iter().filter_map(fault).collect()
}

/// Whether the limits in the metadata are valid. An invalid one is ignored, so buyers get more than the merchant intended.
fn check_terms(products: &[Product]) -> Vec<Finding> {
    let broken = |owner: String, keys: Vec<&str>| {
        let says = format!(
            "{} of {owner} is ignored, because it is neither a number from 1 nor \"unlimited\"",
            keys.join(", ")
        );
        Finding::broken(says, "correct it in the metadata at Polar")
    };
    let faults = products.iter().flat_map(|product| {
        let of_product = (format!("the product {:?}", product.name), Terms::mistakes(&product.metadata));
        let of_benefits = product.benefits.iter().map(|benefit| {
            (format!("the benefit {:?} of {:?}", benefit.description, product.name), Terms::mistakes(&benefit.metadata))
        });
        let all = std::iter::once(of_product).chain(of_benefits).filter(|(_, keys)| !keys.is_empty());
        all.map(|(owner, keys)| broken(owner, keys)).collect::<Vec<_>>()
    });
    or_all_well(faults.collect(), || "all values of download_limit and download_days are valid".to_owned())
}

fn or_all_well(faults: Vec<Finding>, well: impl FnOnce() -> String) -> Vec<Finding> {
    if faults.is_empty() { vec![Finding::ok(well())] } else { faults }
}
