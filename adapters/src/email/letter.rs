//! What an authority reads: the mail that brings a package, without a word of personal data.

use bytes::Bytes;

use super::Config;
use super::mailer::{Mail, MailAttachment};
use super::outcome::Loss;
use crate::adapter::{Action, Parcel};

/// The mail of a delivery; its id is the delivery's, and so the same on every try.
pub(super) async fn compose(config: &Config, parcel: &Parcel) -> Result<Mail, Loss> {
    let is_attached = parcel.package.size <= config.attach_bytes_max;
    let (attachment, way) = match &parcel.link {
        _ if is_attached => (Some(attachment(parcel).await?), Way::Attached),
        Some(link) => (None, Way::Link(link)),
        None => return Err(Loss::TooLarge(parcel.package.size)),
    };
    Ok(Mail {
        id: parcel.delivery.to_string(),
        to: config.to.clone(),
        subject: subject(parcel),
        text: text(parcel, &way),
        html: None,
        attachment,
        date: parcel.now,
    })
}

/// What the far side's programs look at.
pub(super) fn headers(parcel: &Parcel) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Todoke-Delivery", parcel.delivery.to_string()),
        ("Todoke-Receipt-Number", parcel.receipt_number.clone()),
        ("Todoke-Revision", parcel.revision.to_string()),
        ("Todoke-Action", parcel.action.to_string()),
        ("Todoke-Package-Sha256", parcel.package.sha256.clone()),
    ];
    if parcel.second_copy {
        headers.push(("Todoke-Second-Copy", "true".to_owned()));
    }
    headers
}

enum Way<'a> {
    Attached,
    Link(&'a str),
}

async fn attachment(parcel: &Parcel) -> Result<MailAttachment, Loss> {
    let bytes = read(parcel).await.map_err(|error| Loss::Package(error.to_string()))?;
    let (file_name, media_type) = (parcel.file_name(), "application/zip".to_owned());
    Ok(MailAttachment { file_name, media_type, bytes })
}

async fn read(parcel: &Parcel) -> std::io::Result<Bytes> {
    if let Some(bytes) = parcel.package.bytes() {
        return Ok(bytes.clone());
    }
    let mut bytes = Vec::new();
    let mut reader = parcel.package.reader().await?;
    tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut bytes).await?;
    Ok(bytes.into())
}

fn subject(parcel: &Parcel) -> String {
    let Parcel { action, kind, receipt_number, .. } = parcel;
    let (action, kind) = (action.label_ja(), kind.label_ja());
    let again = if parcel.second_copy { "(再送・重複の可能性)" } else { "" };
    format!("【{action}】{kind} 受付番号 {receipt_number}{again}")
}

fn text(parcel: &Parcel, way: &Way<'_>) -> String {
    let (size, sha256, file) = (parcel.package.size, &parcel.package.sha256, parcel.file_name());
    let (kind_ja, kind_en) = (parcel.kind.label_ja(), parcel.kind.label_en());
    let (opening, action_en) = match parcel.action {
        Action::Submit => ("次の届出・申請をお届けします。", "A filing has arrived"),
        Action::Correct => {
            ("差戻しを受けた届出・申請の補正をお届けします。", "A correction has arrived")
        }
        Action::Withdraw => ("次の届出・申請を取り下げます。", "A filing is withdrawn"),
    };
    let (way_ja, way_en) = match way {
        Way::Attached => (
            "パッケージはこのメールに添付しています。".to_owned(),
            "The package is attached.".to_owned(),
        ),
        Way::Link(link) => (
            format!(
                "添付できる大きさを超えるため、次のリンクから取得してください。\n\
                 リンクには有効期限があります。期限が過ぎたときは、受付番号を添えて再送をご依頼ください。\n{link}"
            ),
            "The package is too large to attach; fetch it from the link above before it expires."
                .to_owned(),
        ),
    };
    let (again_ja, again_en) = if parcel.second_copy {
        (
            "\n※ 別の方法ですでに届いている可能性があります。\
             配送番号が同じものは一件としてお取り扱いください。\n",
            "It may have reached you another way already; the same delivery id is the same filing.\n",
        )
    } else {
        ("", "")
    };
    format!(
        "{name} 御中\n\n{opening}\n{again_ja}\n\
         手続の種類: {kind_ja}\n受付番号:   {number}\n版:         第{revision}版\n\
         配送番号:   {delivery}\nファイル名: {file}\n大きさ:     {size} バイト\n\
         SHA-256:    {sha256}\n\n{way_ja}\n\n\
         ■ ご回答の方法\n\
         受付完了または差戻しは、受付番号を示して届出ハブにご登録ください。\n\
         このメールは自動送信のため、返信いただいても届きません。\n\n\
         ----\n\
         {action_en}: {kind_en}, receipt number {number}, revision {revision}.\n\
         {way_en}\n{again_en}\
         Register your answer (accepted or returned) with the hub under the receipt number; \
         replies to this mail are not read.\n",
        name = parcel.authority_name,
        number = parcel.receipt_number,
        revision = parcel.revision,
        delivery = parcel.delivery,
    )
}
