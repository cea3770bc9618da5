//! The texts of the operators' pages.

use crate::web::words::words;

words! {
    // The list.
    filings: "申請・届出の一覧", "Your filings";
    none_yet: "まだ申請・届出はありません。", "You have filed nothing yet.";
    nothing_found: "この条件に合うものはありません。", "Nothing fits.";
    clear: "条件を消す", "Clear";
    text: "事業所名・受付番号", "Office or receipt number";
    state_moving: "手続中", "Under way";
    state_returned: "差戻しあり", "Returned";
    state_accepted: "受付完了", "Accepted";
    state_withdrawn: "取下げ", "Withdrawn";

    // The offices.
    offices: "事業所の一覧", "Your offices";
    offices_lead: "これまでの届出(取り下げたものを除く)にある事業所です。",
        "The offices that your filings name, withdrawn ones left out.";
    offices_none: "届出にある事業所はまだありません。", "No filing names an office yet.";
    offices_text: "事業所名・番号・市区町村", "Name, number or municipality";
    offices_newest: "一番新しい届出から次の件数までにある事業所です。ここにない事業所は、名前で検索すると前の届出からも見つかります。件数:",
        "Older filings are not looked through; a search by name finds their offices too. Newest \
         filings looked through:";
    offices_last: "最後の届出", "Last filing";
    offices_ends: "指定の満了日", "Designation ends";
    offices_written: "更新申請に書いた日", "as the renewal says";
    offices_reckoned: "目安。更新申請に書いた満了日の6年後(介護保険法 第70条の2ほか)",
        "reckoned: six years after the day in the renewal (the Act, article 70-2 and its like)";
    offices_file: "届け出る", "File";
    offices_first: "最初のページ", "First page";
    offices_next: "次のページ", "Next page";

    // One filing.
    next_step: "いまの状況", "Where it stands";
    authorities: "指定権者ごとの状況", "State at each authority";
    concerned: "対象の事業所", "Offices concerned";
    answered: "回答", "Answer";
    revision: "第", "revision ";
    revision_after: "版", "";
    attachments: "添付ファイル", "Attachments";
    no_attachments: "添付ファイルはありません。", "There are no attachments.";
    actions: "この届出でできること", "What you can do";
    receipt: "到達確認書(署名付きデータ)", "Signed receipt (data)";
    receipt_page: "到達確認書(印刷用)", "Receipt to print";
    set: "一式をダウンロード", "Download the whole set";
    set_hint: "様式の印刷用 PDF、添付ファイル、到達確認書を1つの ZIP ファイルにまとめます。紙が要るときは、中の filing.pdf を開いて印刷してください。",
        "The forms as a PDF, the attachments and the receipt in one ZIP file. To have it on paper, \
         open its filing.pdf and print that.";
    withdraw: "取り下げる", "Withdraw";
    back_to_list: "一覧へ戻る", "Back to the list";
    back_to_filing: "届出に戻る", "Back to the filing";

    // The receipt.
    receipt_title: "到達確認書", "Receipt";
    receipt_says: "下記の申請・届出が、次の日時に電子情報処理組織のファイルに記録され、到達したことを確認します(介護保険法施行規則 第165条の7)。",
        "The filing below was recorded, and so has arrived, at the time below \
         (Ordinance for Enforcement of the Long-Term Care Insurance Act, article 165-7).";
    revisions: "提出の記録", "Submissions";
    submitted: "提出", "submitted";
    corrected: "補正", "corrected";
    withdrawn_word: "取下げ", "withdrawn";
    digest: "内容のハッシュ値(SHA-256)", "Digest of the text (SHA-256)";
    sent_to: "送り先", "Goes to";
    issuer: "発行", "Issued by";
    key: "署名鍵の指紋", "Fingerprint of the key";
    print_hint: "印刷はブラウザーの印刷機能を使ってください。改ざんの有無は、署名付きデータの到達確認書で確かめられます。",
        "Print it with your browser. The signed receipt proves that nothing was changed.";

    // Withdrawing.
    withdraw_title: "届出の取下げ", "Withdraw the filing";
    withdraw_why: "取り下げると、まだ送っていない指定権者には送られず、届いている指定権者には取下げが通知されます。取下げは元に戻せません。取り下げた届出は一覧に残ります。",
        "Authorities that have not got it will not; those that have it are told. This cannot be \
         undone. The filing stays in your list.";
    withdraw_reason: "理由(任意。指定権者に伝わります)", "Reason (optional; authorities read it)";
    withdraw_sure: "この届出を取り下げます", "I withdraw this filing";
    withdraw_unsure: "取り下げるには、確認の欄に印を付けてください。",
        "Tick the box to confirm the withdrawal.";
    withdraw_long: "理由が長すぎます。文字数の上限:", "The reason is too long; characters at most:";

    // Where notices go.
    address_title: "通知先メールアドレス", "Where notices go";
    address_lead: "届出の受付・差戻しなどの通知を送るアドレスです。ログインに使うアドレスとは別に決められます。",
        "Notices of your filings go to this address; it may differ from the one you log in with.";
    address_now: "いまの通知先", "At present";
    address_none: "登録されていません。通知は送られません。", "None; no notices are sent.";
    address_asked: "確認待ち", "Waits for its link to be opened";
    address_until: "リンクの期限", "The link works until";
    address_sending: "確認メールを送信中です。", "The mail with the link is being sent.";
    address_sent: "確認メールを送りました。届いたリンクを開くと変わります。",
        "A mail with a link was sent there; opening the link makes the change.";
    address_unsent: "確認メールを送れませんでした。アドレスを確かめて、もう一度申し出てください。",
        "The mail with the link could not be sent. Look at the address, and ask once more.";
    address_other: "通知先を変える", "Change it";
    address_new: "新しいメールアドレス", "New address";
    address_hint: "このアドレスに確認のリンクを送ります。リンクを開くまで、通知先は変わりません。変わったことは前のアドレスにも知らせます。",
        "A link is mailed there; nothing changes until it is opened. The former address is told of \
         the change.";
    address_send: "確認のリンクを送る", "Send the link";
    address_wrong: "メールアドレスを確かめてください。半角英数字で、例: office@example.jp",
        "This is no mail address. Write one like office@example.jp, in ASCII letters.";
    address_same: "すでにこのアドレスに通知しています。", "Notices go to this address already.";
    address_wait: "変更できる回数に達しています。次に変更できる日:",
        "It was changed not long ago. It can be changed again from:";
    address_many: "24時間に送れるリンクの数に達しました。届いているメールを確かめるか、時間をおいてください。",
        "No more links are sent within 24 hours. Look for those that were, or wait.";
    address_webhook: "システムにも通知する(Webhook)", "Have your own system told, too (webhook)";
    address_record: "変更の記録", "Record of changes";
    address_no_record: "まだ変更はありません。", "Nothing was changed yet.";
    address_at: "日時", "When";
    address_by: "行った人", "Who";
    address_what: "内容", "What";
    address_from: "変更前", "From";
    address_to: "変更後", "To";
    address_act_asked: "申出", "asked for";
    address_act_confirmed: "変更", "changed";
    address_act_set: "運用担当による設定", "set by operations";
    address_confirm: "通知先の確認", "Confirm where notices go";
    address_confirm_why: "確認すると、これからの通知は新しいアドレスに送られます。",
        "Once you confirm, notices go to the new address.";
    address_confirm_now: "このアドレスに変える", "Use this address";
    address_done: "通知先を変えました。", "Notices go to this address from now on.";
    address_foreign: "このリンクは開けません", "This link is not yours to open";
    address_foreign_why: "このリンクを使えるのは、通知先の変更を申し出た事業者の方だけです。その事業者としてログインし直してください。",
        "Only someone of the operator that asked for the change may use it: log in as them.";
    address_whose: "申し出た事業者:", "It was asked for by";
    address_used: "このリンクはもう使われました", "This link was used";
    address_used_why: "通知先はこのリンクで変わっています。使われた日時:", "The change was made by it at";
    address_replaced: "このリンクは新しいものに替わりました", "A newer link takes its place";
    address_replaced_why: "この後に別の申出がありました。最後に届いたメールのリンクを開いてください。",
        "Another was asked for after it. Open the link in the last mail.";
    address_expired: "このリンクの期限は切れています", "This link has expired";
    address_expired_why: "通知先は変わっていません。もう一度申し出てください。期限:",
        "Nothing was changed. Ask for another. It worked until";
    address_back: "通知先のページへ", "To where notices go";

    // Starting.
    start: "新しく届け出る", "File something";
    drafts: "下書き", "Drafts";
    start_known: "事業所を選ぶ", "Choose an office";
    start_known_none: "これまでの届出にある事業所はまだありません。「ほかの事業所」に入力してください。",
        "No earlier filing names an office. Write one under “Another office”.";
    start_other: "ほかの事業所(新規を含む)", "Another office, or a new one";
    start_again: "選び直す", "Choose again";
    start_name: "事業所の名称を200文字までで入力してください。", "Write the office's name, up to 200 characters.";
    start_number: "介護事業所番号が違います。10桁の番号を写し間違えていないか確かめてください。まだ番号がないときは空けておいてください。",
        "The office number is wrong: compare its ten characters with their source, or leave \
         it empty.";
    start_place_none: "その名前の市区町村はありません。", "There is no such municipality.";
    start_place_many: "当てはまる市区町村がいくつかあります。都道府県から書くか、下の番号を入力してください。",
        "Several municipalities fit. Write the prefecture too, or one of these codes.";
    start_insurer: "保険者が分かりません:", "No one insurer is meant by";
    office_name: "事業所・施設の名称", "Name of the office";
    number: "介護事業所番号", "office number";
    office_number: "介護事業所番号(あれば)", "Office number, if it has one";
    office_number_hint: "10桁。新規指定の前はありません。", "Ten characters; none before the first designation.";
    office_place: "所在地の市区町村", "Municipality";
    office_place_hint: "名前・かな・6桁の番号のどれか。例: 札幌市、さっぽろし、011002",
        "By name, in kana or by its 6-digit code, for example 札幌市 or 011002.";
    go_on: "次へ", "Go on";
    choose: "選んでください", "choose";
    services: "サービスの種類", "Services";
    insurers: "利用者の保険者(ほかの市区町村のときだけ)", "Insurers, only where not the office's own town";
    insurers_hint: "地域密着型・総合事業などで、所在地以外の市区町村の指定も受けるとき。「、」で区切ります。",
        "For community-based services that other municipalities designate too; separated by \
         commas.";
    deemed: "みなし指定を受けている事業所", "The office is designated as deemed";
    show_outlook: "送り先・期限・必要な書類を見る", "Show who gets it, what is due, what is needed";
    goes_to: "送り先とその理由", "Who gets it, and why";
    no_route: "この選び方では送り先が決まりません。", "With these choices it goes nowhere.";
    and_more: "ほか", "and more:";
    due_title: "期限", "What is due when";
    due_none: "この手続に期限の定めは登録されていません。", "No deadline is known for this.";
    fee_title: "手数料", "Fee";
    fee_application: "申請の手続です。手数料がかかるか、いくらか、どう納めるかは、次の指定権者の条例・規則で決まり、\
        指定権者とサービスによって違います。金額はここには登録されていません。手数料はこのページからは納められません\
        (県証紙・窓口・その指定権者の電子申請などで納めます)。指定権者の案内を確かめてください。",
        "This is an application. Whether it costs a fee, how much, and how that is paid is set by \
         the ordinances of the authorities below, and differs by authority and service. No amounts \
         are known here, and nothing can be paid here (but by prefectural stamps, at the counter \
         or in the authority's own system). Please see what the authority tells.";
    fee_notice: "届出・申出の手続です。手数料の定めはここには登録されていません。かかるかどうかは、送り先の案内を確かめてください。",
        "This is a notice or a statement. No fee for it is known here; please see what the \
         authority tells.";
    needed: "必要な書類", "What is needed";
    needed_forms: "様式", "Forms";
    needed_papers: "添付書類", "Papers";
    no_forms: "この手続とサービスの様式は登録されていません。送り先に確かめてください。",
        "The catalogue has no form for this. Please ask the authority.";
    paper_usual: "通常必要", "usually needed";
    paper_optional: "該当するとき", "where it applies";
    begin: "書き始める", "Begin";
    begin_hint: "途中でも保存され、後で続けられます。", "It is saved as you go, and can be finished later.";

    // One change for many offices.
    one_stop: "法人に関する変更(ワンストップ)", "Corporate change (one-stop)";
    one_stop_lead: "法人の名称・所在地・代表者などの変更を1回で届け出ます。指定を受けているすべての指定権者に送られます。",
        "File a change of the corporation's name, address or representative once; every authority \
         that designated one of your offices gets it.";
    one_stop_offices: "これまでの届出にある事業所", "Offices known from your filings";
    one_stop_offices_hint: "対象にする事業所とサービスに印を付けてください。受付完了の届出があるものには、はじめから付いています。\
         漏れがないか確かめ、ない事業所は下に書き足してください。",
        "Tick what the change concerns; what an authority has accepted is ticked already. See \
         whether any office is missing, and add it below.";
    one_stop_filed: "届出中", "filed, not accepted yet";
    one_stop_closed: "廃止・辞退済み", "closed";
    one_stop_other_hint: "サービスは種類コードで書き、「、」で区切ります(例: 15、78)。",
        "Write services by code, separated by commas, for example 15, 78.";
    one_stop_services: "サービスの種類コードを確かめてください(例: 15)。",
        "Write services by their codes, for example 15.";
    one_stop_none: "対象の事業所がありません。", "No office is chosen.";
    one_stop_max: "事業所が多すぎます。分けて届け出てください。上限:", "There are too many offices; split them. At most:";
    one_stop_look: "送り先を確かめる", "Show who gets it";
    one_stop_begin: "この事業所で書き始める", "Begin with these offices";

    // Writing.
    draft: "下書き", "Draft";
    draft_hint: "上の番号順に進んでください。様式は保存するたびにこのハブに残ります。",
        "Follow the steps above. What you save stays here until you file it.";
    draft_write: "様式を書く", "Write the form";
    steps: "手順", "Steps";
    saved_at: "最後の保存:", "Saved last:";
    prefilled: "この事業所の受付完了の届出から、変わらない項目を写しました。確かめてください:",
        "Taken over from this office's last accepted filing; please check:";
    returned_why: "差戻しのコメント", "Why it was returned";
    marked: "指定権者が訂正を求めている欄です。", "The authority asks you to mend this.";
    marked_file: "指定権者が訂正を求めているファイルです。直したものを追加し、こちらは削除してください。",
        "The authority asks you to mend this file: add the mended one, and remove this one.";
    correct_hint: "訂正したものは、差し戻した指定権者だけに送られます。",
        "What you file goes only to who returned it.";
    assumed: "この版の様式は想定で作られています", "This version of the form is assumed";
    left_out: "(付けない)", " (left out)";
    include: "この付表を付けて提出する", "File this annex too";
    include_hint: "この手続では任意です。付けないときも、書いた内容は下書きに残ります。",
        "It is optional here. Left out, what you wrote stays in the draft.";
    copy: "付表を写す", "Copy an annex";
    copy_first: "保存して、ほかの付表から写す", "Save, and copy from another annex";
    copy_hint: "これまでの届出や下書きの付表から選びます。", "From an annex of an earlier filing or a draft.";
    copy_lead: "選んだ付表とこの付表の両方にある項目だけを写します。写したもの、写せなかったものは一覧で示します。",
        "Only the fields that both annexes have are copied; you get a list of what was copied and \
         of what was not.";
    copy_this_office: "この事業所の届出", "Filings of this office";
    copy_other_office: "ほかの事業所の届出", "Filings of other offices";
    copy_drafts: "下書き", "Drafts";
    copy_none: "写せる付表はまだありません。", "There is no annex to copy yet.";
    copy_none_in_it: "この届出に付表はありません:", "This filing has no annex:";
    copy_unchosen: "写す付表を選んでください。", "Choose the annex to copy.";
    copy_how: "書いてある欄", "Fields with words in them";
    copy_over: "すでに書いてある欄も置き換える", "Replace words that stand there already";
    copy_over_hint: "印がなければ空いた欄だけに写します。置き換えた元の言葉は一覧に残ります。",
        "Without it only empty fields are filled. Words that are replaced stay in the list.";
    copy_take: "写す", "Copy";
    copy_back: "写さずに様式へ戻る", "Back to the form without copying";
    copy_number: "ここにない届出は受付番号で探せます", "Find an older filing by its receipt number";
    copy_look: "探す", "Find";
    copied: "写した付表:", "Copied from:";
    copied_nothing: "写すものはありませんでした。", "There was nothing to copy.";
    copied_taken: "写した項目", "Copied";
    copied_replaced: "置き換えた項目と、元の言葉", "Replaced, and what stood there";
    copied_kept: "書いてあったので写さなかった項目と、写す元の言葉",
        "Left, since words stood there; what the other annex says";
    copied_no_place: "この付表に欄がなく、写せなかったもの", "Without a place in this annex";
    optional: "任意", "optional";
    required: "必須", "required";
    remove: "削除", "Remove";
    remove_row: "この行を削除:", "Remove row";
    remove_block: "この項目を保存のときに削除する", "Remove this when saving";
    more_rows: "保存して行を増やす", "Save and add rows";
    save: "保存する", "Save";
    save_next: "保存して次へ", "Save and go on";
    check: "保存して確認する", "Save and check";
    saved: "保存しました。", "Saved.";
    found: "確かめてください", "Please look at";
    nothing_wrong: "直すところは見つかりませんでした。", "Nothing was found to mend.";
    auto_saved: "{at} に保存しました。", "Saved at {at}.";
    auto_found: "確かめてください:", "To look at:";
    auto_away: "保存していません: このシステムにつながりません。書いた内容はこの画面にあり、つながりしだい保存します。",
        "Not saved: the system cannot be reached. What you wrote is on this page, and is saved as \
         soon as it can be.";
    auto_out: "保存していません: ログアウトされています。書いた内容はこの画面にあります。別の画面でログインして、ここに戻ってください。",
        "Not saved: you are logged out. What you wrote is on this page. Log in in another window, \
         and come back.";
    auto_clash: "保存していません: 別の画面でも保存されています。「保存する」を押すと、両方を見比べて選べます。",
        "Not saved: this form was saved in another window too. “Save” shows both side by side.";
    auto_gone: "保存していません: この下書きは提出されたか、捨てられたか、開けなくなりました。書いた内容を写してから、一覧を開いてください。",
        "Not saved: this draft was filed or thrown away, or is not yours any more. Copy what you \
         wrote, then open your list.";
    clash: "別の画面でも保存されています。", "It was saved in another window too.";
    clash_why: "あなたが書いた内容は下の欄にあり、まだ保存していません。違うところには別の画面の内容を並べました。見比べて直し、保存してください。",
        "What you wrote is in the fields below, not saved yet; where it differs, what was \
         saved there is shown beside it. Compare, mend and save.";

    // Attachments.
    file_add: "ファイルを追加", "Add a file";
    file_item: "書類の種類", "What it is";
    file_item_none: "そのほか", "something else";
    file: "ファイル", "File";
    file_send: "アップロードする", "Upload";
    again: "前に使ったファイルから選ぶ", "Choose a file that you used before";
    again_hint: "これまでの届出と下書きのファイルです。もう一度アップロードする必要はありません。",
        "Files of your filings and drafts; they need not be uploaded again.";
    again_take: "このファイルを使う", "Use this file";
    files_there: "追加したファイル", "Files so far";
    files_each: "1ファイル", "each up to";
    files_max: "件数の上限", "at most";
    file_missing: "ファイルが選ばれていません。", "No file was chosen.";
    file_name: "ファイル名に使えない文字があるか、長すぎます。名前を変えてください。",
        "The file's name is too long or has characters that cannot be used: rename it.";
    file_type: "この種類のファイルは受け付けられません。PDF などに変えてください。",
        "Files of this type are not taken; make it a PDF, for example.";
    file_too_large: "ファイルが大きすぎます。分けるか、小さくしてください。",
        "The file is too large: split or shrink it.";
    file_too_many: "これ以上ファイルを追加できません。まとめるか、いらないものを削除してください。",
        "No more files can be added: join some, or remove one.";
    file_broken: "途中で切れました。何も失われていません。もう一度アップロードしてください。",
        "The upload broke off. Nothing is lost; send it again.";
    file_clearing: "同じファイルの古いものを片付けています。しばらくしてからもう一度お試しください。",
        "An older copy of the same file is being cleared away. Try again in a while.";
    file_empty: "中身のないファイルです。ファイルを確かめてください。",
        "The file is empty; please look at it.";
    uploads_max: "送りかけのファイルが多すぎます。続きを送るか、下の一覧から中止してください。",
        "Too many files have been begun and not ended: go on with some, or give some up below.";
    uploads_waiting: "送りかけのファイル", "Files that have not come whole yet";
    uploads_again: "同じファイルをもう一度選ぶと、続きから送ります。",
        "Choose the same file once more, and it goes on from there.";
    uploads_cancel: "中止", "Give up";
    uploads_close: "閉じる", "Close";
    uploads_drop: "この画面にファイルをドロップして追加することもできます。一度に複数でもかまいません。",
        "You can also drop files on this page, several at once.";
    uploads_one: "書類の種類を選んだときは、ファイルを1つだけ選んでください。",
        "Where you say what it is, choose a single file.";
    uploads_queue: "順番を待っています", "waits for its turn";
    uploads_checks: "前に届いた分と同じか確かめています", "comparing with what has come before";
    uploads_joins: "届きました。確かめています", "has come, and is looked at";
    uploads_added: "追加しました:", "Added:";
    uploads_away: "つながりません。つながりしだい、続きから送ります。",
        "The system cannot be reached; it goes on from here as soon as it can be.";
    uploads_out: "ログアウトされています。別の画面でログインすると、続きから送ります。",
        "You are logged out. Log in in another window, and it goes on from here.";
    uploads_gone: "この下書きは提出されたか、捨てられたか、開けなくなりました。一覧を開いてください。",
        "This draft was filed or thrown away, or is not yours any more. Open your list.";
    uploads_unread: "ファイルを読めません。フォルダーではないか、移動や変更をしていないか確かめて、もう一度選んでください。",
        "The file cannot be read. See that it is no folder and was not moved or changed, and \
         choose it again.";
    uploads_failed: "追加できませんでした。ページを読み込み直して、もう一度選んでください。",
        "It could not be added. Load the page anew, and choose it again.";
    to_review: "確認へ進む", "On to the review";

    // Reviewing and filing.
    step_review: "確認と提出", "Review and file";
    review_changed: "確認した後に下書きが変わったため、まだ提出していません。もう一度確認してから提出してください。",
        "The draft changed after it was reviewed, so it is not filed yet. Look through it once \
         more, then file it.";
    found_errors: "直さないと提出できません", "Mend these first";
    found_warnings: "気になる点があります(このままでも提出できます)", "Worth a look; you may file as it is";
    submit: "提出する", "File it";
    submit_hint: "提出すると受付番号が出て、指定権者に送られます。受付完了までは取り下げられます。",
        "You get a receipt number, and it goes to the authorities. Until it is accepted you \
         may withdraw it.";
    filed_now: "受け付けました。この受付番号で問い合わせができます。到達確認書はいつでも取り出せます。",
        "It was received under this number. The receipt can be fetched at any time.";
    filed_before: "この下書きは提出済みのため、その届出を開きました。二重には提出されません。",
        "That draft was filed already, and this is what became of it. It is not filed twice.";
    correct: "訂正する", "Correct it";
    discard: "この下書きを捨てる", "Throw this draft away";
    discard_sure: "書いた内容は元に戻せません。捨てます。", "What was written cannot be restored. Throw it away.";
}
