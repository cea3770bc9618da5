//! The texts of logging in by an issuer.

use crate::web::words::words;

words! {
    operators: "GビズIDでログイン(事業者)", "Operators: log in with GビズID";
    operators_why: "GビズIDのプライムまたはメンバーのアカウントが必要です。",
        "It takes a プライム or メンバー account of GビズID.";
    authorities: "自治体職員としてログイン", "Staff of authorities: log in";
    operations: "運用担当者としてログイン", "Operations: log in";
    by_key: "API キーでログイン", "Log in by an API key";
    left: "ログアウトしました。", "You are logged out.";
    left_issuer: "認証サービスには、まだログインしたままのことがあります。共用のパソコンでは、ブラウザーをすべて閉じてください。",
        "The log-in service may still know you: on a shared computer, close all of the browser.";
    again: "ご本人の確認", "Is it still you?";
    again_why: "取り消しにくい操作の前に、もう一度ログインしてください。終わると元のページに戻ります。",
        "Please log in once more before you do what is hard to undo. You then come back to the \
         page.";
    prime: "GビズIDプライム", "GビズID プライム";
    member: "GビズIDメンバー", "GビズID メンバー";

    retry: "もう一度ログインする", "Log in again";
    other_account: "アカウントを入力し直してログインする", "Log in with an account that you enter anew";
    who_takes: "届出を受け付ける指定権者の一覧", "Which authorities take filings";
    trace: "問い合わせ番号", "Reference for questions";
    away: "いまログインできません", "Nobody can log in at the moment";
    away_why: "認証サービスから応答がないか、このハブとの接続設定に問題があります。書きかけの下書きや届出はそのまま残っています。数分おいて、もう一度お試しください。続くときは、\
         下の番号を添えて運用担当者にお知らせください。",
        "The log-in service does not answer, or it does not know this hub. Drafts and filings are \
         untouched. Try again in a few minutes; if it goes on, tell operations the reference \
         below.";
    broken_off: "ログインを中止しました", "You broke the log-in off";
    broken_off_why: "認証サービスの画面でログインが中止されたか、認められませんでした。続けるには、もう一度ログインしてください。",
        "The log-in service was told to stop, or did not agree. To go on, log in again.";
    stranger: "このログインは続けられません", "This log-in cannot go on";
    stranger_why: "ログインを始めたブラウザーと違うか、始めてから時間がたちすぎています。同じブラウザーで、もう一度ログインしてください。",
        "It began in another browser, or too long ago. Log in again, all of it in this browser.";
    spent: "このログインはもう使えません", "This log-in is used up";
    spent_why: "同じログインを二度使おうとしたか、時間がたちすぎています。「戻る」や再読み込みをしたときに起こります。もう一度ログインしてください。",
        "It was used before, or too late, as happens by “back” or “reload”. Log in again.";
    untrue: "認証の内容を確かめられませんでした", "The log-in could not be verified";
    untrue_why: "認証サービスからの応答が正しいと確かめられないため、ログインしていません。もう一度お試しください。続くときは、下の番号を添えて運用担当者にお知らせください。",
        "What came from the log-in service is not proved to be its own, so you are not logged in. \
         Try again; if it goes on, tell operations the reference below.";
    not_again: "ご本人の確認ができませんでした", "You did not log in anew";
    not_again_why: "この操作には、いまあらためてログインすることが必要です。認証サービスで ID とパスワードなどを入力し直してください。",
        "This act takes a log-in of right now: enter your credentials at the log-in service anew.";
    entry: "GビズIDエントリーでは利用できません", "GビズID エントリー is not enough";
    entry_why: "届出には、審査を受けたGビズIDプライム、またはその組織のGビズIDメンバーのアカウントが必要です。プライムは gbiz-id.go.jp \
         で申請できます(マイナンバーカードによるオンライン申請は最短即日、書類の郵送は2週間ほど)。すでに組織にプライムがあるときは、その担当者にメンバーの追加を頼んでください。\
         急ぐときは、届出先の自治体に紙やメールでの提出を相談してください。",
        "Filing takes a プライム account, which was examined, or a メンバー account of its organisation. \
         Apply for プライム at gbiz-id.go.jp (online with a My Number card the same day at best, by \
         post about two weeks), or ask the holder of your organisation's プライム to add you. If it \
         is urgent, ask the authority how to file without it.";
    no_number: "法人番号のないアカウントです", "This account has no corporate number";
    no_number_why: "このハブは事業者を法人番号で見分けます。個人事業主のアカウントでは、まだ届出ができません。届出先の自治体に、ほかの提出方法を問い合わせてください。",
        "This hub knows operators by their corporate number, so sole proprietors cannot file here \
         yet. Ask the authority how else to file.";
    no_staff: "登録されていないアカウントです", "This account is not known here";
    no_staff_why: "ログインはできましたが、どの自治体・運用担当の職員かが分かりません。所属の認証サービスの管理者に、\
         届出ハブの利用権限(担当する自治体の団体コード)を付けるよう頼んでください。",
        "You proved who you are, but not whose staff you are. Ask whoever runs your organisation's \
         log-in service to give you access to the filing hub (the code of your authority).";
    incomplete: "アカウントの情報が足りません", "The account lacks information";
    incomplete_why: "認証サービスから、アカウントの種別や法人番号などの必要な情報が届きませんでした。GビズIDに登録した内容を確かめ、\
         続くときは下の番号を添えて運用担当者にお知らせください。",
        "The log-in service did not tell what is needed, as the sort of account or a valid \
         corporate number. Check what GビズID knows of you; if it goes on, tell operations the \
         reference below.";
}
