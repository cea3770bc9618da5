//! The texts of the form in which somebody proposes how an authority is reached.

use super::words::words;

words! {
    rank: "使う順番", "Order of use";
    rank_hint: "1 の経路で届けられないときに、2 以降の経路を順に使います。",
        "The second and later ones are tried in order where the first does not go.";
    not_used: "使わない", "not used";
    must: "必須", "needed";
    secret_set: "設定済みです。空欄ならそのままで、値は表示しません。",
        "One is set. Empty means as it is; it is never shown.";
    secret_none: "値は、入力した後は表示しません。", "It is not shown again once it is entered.";
    secret_again: "誤りを直すときは、鍵やパスワードをもう一度入力してください。",
        "Keys and passwords are not sent back to you: enter them once more.";
    clear: "設定をやめる", "Remove what is set";
    by_default: "空欄のときの値:", "When empty:";
    json: "JSON で書く", "Write it as JSON";

    url: "送信先の URL", "URL";
    url_hint: "届出を送る https の URL。例: https://kaigo.city.example.jp/todoke",
        "Where filings are posted, for example https://kaigo.city.example/todoke";
    signing_secret: "署名の鍵", "Signing secret";
    signing_secret_hint: "whsec_ で始まる Standard Webhooks の鍵、または任意の文字列。",
        "A Standard Webhooks secret (whsec_…) or any text.";
    former_signing_secret: "前の署名の鍵", "Former signing secret";
    former_signing_secret_hint: "鍵を入れ替える間だけ。両方の鍵で署名して送ります。",
        "While the authority changes its secret: each try is signed with both.";
    bearer: "Bearer トークン", "Bearer token";
    bearer_hint: "指定権者のシステムが求めるときだけ。", "Only where the authority wants one.";
    expires_on: "鍵などの期限", "Last day on which they work";
    expires_on_hint: "鍵・パスワード・トークンが使える最後の日(分かるとき)。近づくと担当者に知らせます。",
        "The last day of secret, password or key, where one is known: people are told before it.";
    answer_timeout_ms: "応答を待つ時間(ミリ秒)", "Wait for the answer (ms)";
    answer_timeout_ms_hint: "送り終えてから応答を待つ時間。", "After the package is sent.";
    idle_timeout_ms: "止まったままで待つ時間(ミリ秒)", "May stand still for (ms)";
    idle_timeout_ms_hint: "通信が進まないときに、打ち切るまでの時間。",
        "How long nothing may move before a try is given up.";

    host: "ホスト名", "Host";
    host_hint: "例: sftp.city.example.jp", "For example sftp.city.example";
    port: "ポート", "Port";
    port_hint: "1から65535まで。", "1 to 65535.";
    user: "利用者名", "User";
    user_hint: "SFTP サーバーの利用者名。", "The account at the server.";
    login: "認証の方法", "Log in by";
    login_hint: "選んだ方法の欄だけを使います。", "Only the fields of what is chosen count.";
    by_password: "パスワード", "Password";
    by_key: "秘密鍵", "Private key";
    password: "パスワード", "Password";
    password_hint: "認証の方法がパスワードのとき。", "Where the login is by password.";
    private_key: "秘密鍵", "Private key";
    private_key_hint: "認証の方法が秘密鍵のとき。OpenSSH または PKCS#8 (PEM) の Ed25519 か ECDSA の鍵。",
        "Where the login is by key: Ed25519 or ECDSA, as OpenSSH or PKCS#8 PEM; no RSA.";
    passphrase: "秘密鍵のパスフレーズ", "Passphrase of the private key";
    passphrase_hint: "秘密鍵にパスフレーズがあるときだけ。", "Only where the key has one.";
    host_keys: "サーバーの鍵の指紋", "Fingerprints of the server's keys";
    host_keys_hint: "1行に1つ。例: SHA256:… 。鍵を入れ替える間は、新旧の両方を書けます。",
        "One a line, as SHA256:…; while the server changes its key, both.";
    folder: "送り先のフォルダ", "Folder for packages";
    folder_hint: "届出を置くフォルダ。", "Where packages are put.";
    result_folder: "結果のフォルダ", "Folder for results";
    result_folder_hint: "結果をファイルで返すときだけ。", "Only where decisions come as files.";
    connect_timeout_ms: "接続と認証を待つ時間(ミリ秒)", "Connect and log in within (ms)";
    connect_timeout_ms_hint: "この時間を過ぎると打ち切ります。", "A try is given up after it.";
    writes_in_flight: "同時の書込み数", "Writes under way at once";
    writes_in_flight_hint: "同時に受け付けられないサーバーでは 1。",
        "1 for servers that can take no more.";
    write_bytes: "1回に書くバイト数", "Bytes of one write";
    write_bytes_hint: "サーバーの上限がこれより小さければ、そちらに従います。",
        "A server's own limit may lower it.";

    to: "宛先のメールアドレス", "Mail address";
    to_hint: "1つだけ書きます。例: kaigo@city.example.jp", "Exactly one, as kaigo@city.example";
    attach_bytes_max: "添付する大きさの上限(バイト)", "Attach up to (bytes)";
    attach_bytes_max_hint: "これより大きい届出は、期限のあるリンクで送ります。",
        "What is larger goes as a link that expires.";
    remind_after_s: "受け取られないときに確かめるまでの時間(秒)", "Look again after (s)";
    remind_after_s_hint: "指定権者が自分で取りに来る方法です。ほかに決めることはありません。",
        "The authority fetches for itself; nothing else is needed.";

    wrong_needed: "この欄は必須です。", "This field is needed.";
    wrong_url: "https:// で始まる URL を、利用者名やパスワードを含めずに書いてください。",
        "Write a URL that begins with https://, without user and password in it.";
    wrong_host: "ホスト名だけを書いてください(// や / や空白は不要です)。",
        "Write the host's name alone, without slashes and blanks.";
    wrong_mail: "メールアドレスを1つ書いてください。", "Write one mail address.";
    wrong_number: "整数で書いてください。範囲は 1 から", "Write a whole number from 1 to";
    wrong_whole: "1以上の整数で書いてください。", "Write a whole number from 1 on.";
    wrong_day: "日付は 2026-04-01 のように書いてください。", "Write the day as 2026-04-01.";
    wrong_fingerprint: "SHA256: に43文字が続く指紋を、1行に1つ書いてください:",
        "Write one fingerprint a line, SHA256: and 43 characters:";
    wrong_login: "認証の方法を選んでください。", "Choose how the account logs in.";
    wrong_key: "この秘密鍵は使えません。Ed25519 か ECDSA の鍵とそのパスフレーズを確かめてください。",
        "This key cannot be used: it must be Ed25519 or ECDSA, and its passphrase must fit.";
    wrong_elsewhere: "送付先が変わるので、いまの値は引き継げません。入力し直すか、「設定をやめる」を選んでください。",
        "It would lead elsewhere, so what is set does not go on: enter it anew, or remove it.";
    wrong_elsewhere_needed: "送付先が変わるので、いまの値は引き継げません。入力し直してください。",
        "It would lead elsewhere, so what is set does not go on: enter it anew.";
    wrong_rank: "同じ順番の経路が2つあります。", "Two channels have the same place in the order.";
    wrong_fields: "誤りのある欄があります。各欄の説明を見て直してください。提案は記録していません。",
        "Some fields are wrong; see what is said at each. Nothing was proposed.";
}
