//! Why a delivery did not go, in Japanese by the reason's code; the hub records reasons in English.

use schemas::{Owner, Why};

use super::words::Lang;

/// Why, in one sentence; in Japanese for the codes that staff meet, else as the hub recorded it.
pub(super) fn sentence(why: &Why, lang: Lang) -> String {
    // The router writes these in both languages, the English one in brackets.
    if why.code.starts_with("authority_")
        && let Some((ja, en)) = why.sentence.split_once("(not ready:")
    {
        let en = en.trim_end_matches(')').replace('_', " ");
        return lang.pick(ja.to_owned(), format!("Not ready:{en}."));
    }
    let known = || by_code(&why.code).or_else(|| by_family(&why.code, why.owner));
    match lang {
        Lang::Ja => known().unwrap_or(&why.sentence).to_owned(),
        Lang::En => why.sentence.clone(),
    }
}

/// Why a message is a dead letter: in Japanese by the code that its reason begins with, and the
/// reason as the hub recorded it.
pub(super) fn dead_letter(reason: String, lang: Lang) -> String {
    let ja = match reason.split_once(": ").map(|(code, _)| code) {
        Some("unreadable") => "読み取れないメッセージです。",
        Some("work_failed") => "処理が繰り返し失敗しました。",
        Some("poison") => "ブローカーが配信を打ち切りました。",
        Some("unroutable") => "宛先のキューがありません。",
        Some("unknown_filing") => {
            "ストアにない届出です。復元したストアがブローカーより古く、受付番号を渡した届出が失われています。"
        }
        Some("unknown_delivery") => {
            "ストアにない送達です。復元したストアがブローカーより古いためです。指定権者には届いている可能性があります。"
        }
        Some("unknown_notice") => {
            "ストアにない通知です。復元したストアがブローカーより古いためです。"
        }
        Some(_) | None => return reason,
    };
    lang.pick(format!("{ja} ({reason})"), reason)
}

fn by_code(code: &str) -> Option<&'static str> {
    within(code).or_else(|| beyond(code))
}

/// Codes of what comes of the hub itself and of what is set in it.
fn within(code: &str) -> Option<&'static str> {
    Some(match code {
        "check_withdrawn" => "届く前にテストが取り下げられました。",
        "check_not_begun" => "テストの送信が始まりませんでした。ハブの稼働を確認してください。",
        "check_lost" => "テストがストアにありません。もう一度送ってください。",
        "awaiting_pickup" => "受信箱に置きました。指定権者の取得を待っています。",
        "breaker_open" => "相手の接続先が続けて失敗しています。次の確認まで休みます。",
        "lane_full" => "この指定権者への送信が上限に達しています。空き次第送ります。",
        "lane_paced" => "1分あたりの送信数の上限です。順番が来たら送ります。",
        "lane_paused" => "送達経路を職員が止めています。再開すると自動で送ります。",
        "held_by_hand" => "職員が送付を止めています。再開すると送ります。",
        "waits_for_predecessor" => "前の版を送信中です。その送信が終わり次第送ります。",
        "lane_suspended" => {
            "相手の接続先の障害が続き、送達経路を止めています。応答が戻れば送ります。"
        }
        "scan_pending" => "添付ファイルのウイルス検査を待っています。終わり次第送ります。",
        "file_infected" => {
            "添付ファイルからウイルスが検出され、送達を止めました。事業者の補正を待っています。"
        }
        "lease_expired" => "送信の途中で処理が止まりました。もう一度送ります。",
        "courier_stopping" => "送信を始める前に処理が止まりました。別の処理がすぐに送ります。",
        "courier_busy" => "送信枠がいっぱいです。空き次第送ります。",
        "no_channel" => "連携方式が設定されていません。接続先を登録してください。",
        "channel_missing" => "このハブでは、この連携方式を使えません。",
        "channel_removed" => "この連携方式は外されました。次の方式に移ります。",
        "package_differs" => "様式一式が前回と違います。ハブの調査が必要です。",
        "print_not_made" => {
            "届出書の印刷用の写しを作れません。ファイルの保管先が応答すれば送ります。"
        }
        "package_unreadable" | "package_not_built" => {
            "様式一式を読み出せません。後で送り直します。"
        }
        "package_too_large" => "様式一式がメールの上限を超えます。方式か上限を見直してください。",
        "endpoint_malformed" | "endpoint_of_other_channel" => {
            "接続先の設定に誤りがあります。直してください。"
        }
        "document_unreadable" | "recipe_unreadable" | "ledger_profile_missing" => {
            "保管した届出を読み出せません。ハブの調査が必要です。"
        }
        "courier_panic" => "送信の処理が異常終了しました。ハブの調査が必要です。",
        "address_not_allowed" => "接続先のアドレスは許可されていません。",
        "statement_not_made" => "到達の一覧を作れません。後で送り直します。",
        "handout_late" => "時間内に送り終わりません。後で送り直します。",
        "handout_no_endpoint" => {
            "SFTPの接続先がなくなりました。接続先を登録するか、送付方法を選び直してください。"
        }
        "handout_no_address" => {
            "メールアドレスが登録されていません。指定権者の連絡先のページで登録してください。"
        }
        "mail_not_rendered" => "メールを作れません。ハブの調査が必要です。",
        "alert_unreadable" => "新しい版のハブが作った通知です。新しい版が送ります。",
        "mail_malformed" | "header_injection" => {
            "メールの宛先か件名に誤りがあります。登録を直してください。"
        }
        "spool_failed" => "メールを置くフォルダーに書き込めません。後で送り直します。",
        "starttls_not_offered" | "login_not_offered" => {
            "メール中継の暗号化かログインの方式が合いません。mail の設定を確かめてください。"
        }
        _ => return None,
    })
}

/// Codes of what comes of the way and of the far side.
fn beyond(code: &str) -> Option<&'static str> {
    Some(match code {
        "dns_failed" => "相手のホスト名を解決できません。",
        "connect_failed" => "相手に接続できません。",
        "connect_timeout" => "時間内に接続できませんでした。",
        "tls_certificate" => "証明書を検証できません。更新が必要です。",
        "tls_handshake" | "ssh_handshake" | "connection_lost" => "通信が途中で切れました。",
        "upload_stalled" | "sftp_timeout" | "smtp_timeout" => "送信が途中で止まりました。",
        "answer_lost" | "answer_timeout" => "送信後に応答がありません。同じ番号で送り直します。",
        "https_required" => "接続先が https ではありません。",
        "http_401" => "相手がトークンか署名を受け付けません。更新してください。",
        "http_403" => {
            "相手が接続を許可していません。ファイアウォールか鍵です。指定権者に確かめてください。"
        }
        "http_404" | "http_410" => "受付の URL がありません。新しい URL を確かめてください。",
        "host_key_unknown" => "相手のホスト鍵が登録と違います。指定権者に確かめてください。",
        "login_refused" => "相手がログインを受け付けません。アカウントを確かめてください。",
        "login_key_not_taken" => "アカウントの鍵が使えません。Ed25519 か ECDSA にしてください。",
        "sftp_no_such_file" => "相手のフォルダーがありません。指定権者に確かめてください。",
        "sftp_permission_denied" => "相手のフォルダーに書き込む権限がありません。",
        "sftp_not_offered" | "sftp_unsupported" => {
            "相手のサーバーで SFTP が使えません。指定権者に確かめてください。"
        }
        "sftp_failure" => "相手のサーバーが書き込めません(空き容量など)。",
        "size_differs" => "書き込んだサイズが合いません。送り直します。",
        "target_differs" => "同じ名前の別のファイルがあります。指定権者に確かめてください。",
        _ => return None,
    })
}

/// Codes that carry a protocol's status: whose turn it is tells them apart.
fn by_family(code: &str, owner: Owner) -> Option<&'static str> {
    let (family, status) = code.split_once('_')?;
    let authority = owner == Owner::Authority;
    Some(match (family, status.as_bytes().first()?) {
        ("http", b'5') => "相手の受付で障害が起きています。",
        ("http", _) if matches!(status, "408" | "425" | "429") => "相手が混み合っています。",
        ("http", b'3') => "相手が別の URL を案内しています。正しい URL を確かめてください。",
        ("http", b'4') => "相手が様式一式を受け付けません。相手の応答を確かめてください。",
        ("smtp", b'4') if authority => {
            "相手のメールボックスが今は受け取れません。後で送り直します。"
        }
        ("smtp", b'4') => "メール中継が混み合っています。後で送り直します。",
        ("smtp", b'5') if authority => {
            "相手のメールボックスがないか、受信を拒んでいます。指定権者に確かめてください。"
        }
        ("smtp", b'5') => "メール中継が受け付けません。mail の設定を確かめてください。",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_in_the_reader_s_language() {
        let told = |code: &str, owner, lang| sentence(&Why::new(code, owner, "as recorded"), lang);
        assert!(told("smtp_550", Owner::Authority, Lang::Ja).contains("メールボックス"));
        assert!(told("smtp_550", Owner::Hub, Lang::Ja).contains("mail の設定"));
        assert!(told("http_503", Owner::Authority, Lang::Ja).contains("障害"));
        assert_eq!(told("http_503", Owner::Authority, Lang::En), "as recorded");
        assert_eq!(told("never_heard_of", Owner::Hub, Lang::Ja), "as recorded");
        let both = "準備が済んでいない。(not ready: not_prepared; file by: paper)";
        let why = Why::new("authority_not_prepared", Owner::Authority, both);
        assert_eq!(sentence(&why, Lang::Ja), "準備が済んでいない。");
        assert_eq!(sentence(&why, Lang::En), "Not ready: not prepared; file by: paper.");
    }
}
