"""View-models with something in every place, for rendering tests: invented figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from outreach.web.views.calculator import (
    Answers,
    CalculatorView,
    Form,
    Found,
    Other,
    Row,
    RowGroup,
)
from outreach.web.views.campaigns import (
    Ask,
    Event,
    LiveCampaign,
    Losing,
    Reason,
    States,
    StepLine,
    TodayView,
    Todo,
    Upcoming,
)
from outreach.web.views.common import Choice, Link, Rate
from outreach.web.views.imports import (
    ColumnGuess,
    ImportCounts,
    ImportDone,
    ImportPreview,
    ImportStart,
    RecentImport,
    RowProblem,
)
from outreach.web.views.previews import SmsPart
from outreach.web.views.printing import PaperKind, PaperSize, PrintView
from outreach.web.views.results import (
    Aware,
    CountRow,
    Fact,
    Level,
    Outcome,
    PlaceRow,
    Reach,
    ResultsView,
    SmallTable,
    Unreached,
    UnreachedPlace,
)
from outreach.web.views.signing import (
    ApprovalsView,
    CampaignLine,
    CampaignsView,
    CampaignView,
    Figure,
    Message,
    Move,
    Signature,
    SigningView,
    StepPlan,
    SureView,
)
from tests.web import samples_surveys, samples_wizard

AT = datetime(2026, 11, 23, 2, 26, tzinfo=UTC)
STATES = States(
    planned=8119,
    accepted=831,
    delivered=12106,
    undelivered=297,
    refused=41,
    skipped=512,
    unknown=12,
)

LIVE = LiveCampaign(
    title="居民医保·集中缴费提醒（第2批）",
    href="/campaigns/2026-04",
    status="发送中",
    states=STATES,
    live="/campaigns/2026-04/progress",
    per_minute=530,
    measured_seconds=180,
    by_itself=9000,
    seconds_left=920,
    ends_at=AT + timedelta(minutes=16),
    quiet_note="12:00 进入静默时段，来得及",
    resent=3,
    failed=(
        Reason("空号", 142, "号码关掉，转给村里入户", Link("转入户名单", "/print")),
        Reason("停机或关机", 96, "14:30 自动再试一次，最多 3 次"),
        Reason("运营商拦截", 41, "联通，签名还在审核", Link("看报备", "/channels")),
    ),
    skipped=(Reason("已经申领", 480, "不再提醒"), Reason("没有监护人电话", 32, "转给村里入户")),
    unknown_link=Link("逐条核对", "/campaigns/2026-04/unknown"),
    steps=(
        StepLine(1, "短信", AT - timedelta(minutes=25), STATES),
        StepLine(2, "一户一单", AT + timedelta(days=1), States(planned=420)),
    ),
    events=(
        Event(AT, "正常，约 530 件/分"),
        Event(AT - timedelta(minutes=15), "联通限速，自动减到 210 件/分；断线一次，12 件结果不明"),
    ),
    asks=(Ask(7, "短信", "张* 138****1234", "清泉社区", "/campaigns/2026-04/unknown/7"),),
    asks_total=12,
    stopped_by="运营方报错 20003，请核对令牌，再点“继续发送”。",
    cost="计费 2,160 条，¥149",
)

TODAY = TodayView(
    on=date(2026, 11, 23),
    live=(LIVE,),
    todo=(
        Todo(
            "送审《育儿补贴·年底前提醒》",
            "8,214 人·9,377 条计费·约 ¥656。今天 17:00 前送审，明早 9:00 能发。",
            Link("去送审", "/campaigns/2026-05", "send"),
        ),
        Todo(
            "导入医保局 11月参保名单",
            "现用名单截至 10月31日。再过 8 天就太旧，催办短信会被拦下。",
            Link("导入名单", "/people/import"),
        ),
        Todo(
            "给 338 个没收到短信的人换个办法",
            "空号 142，停机 96，其他 100。可以打印分给 20 名政策明白人入户。",
            Link("打印入户", "/print"),
        ),
    ),
    losing=(
        Losing(
            "育儿补贴",
            "孩子满3岁，最早 11月26日",
            37,
            (3, 4, 5, 5, 7, 9, 11, 12, 15, 18, 20, 21, 25, 28, 29),
        ),
        Losing("国家助学金", "补充申请，11月27日截止", 64, (4, 4, 4)),
    ),
    losing_link=Link("打印名单", "/print"),
    upcoming=(
        Upcoming(AT + timedelta(hours=23), "育儿补贴·年底前提醒", "等送审", "/campaigns/2026-05"),
        Upcoming(AT + timedelta(days=4), "国家助学金补充申请截止", "64 人还没办"),
    ),
)

COUNTS = ImportCounts(
    rows=1200, accepted=1180, rejected=14, duplicates=6, new=900, changed=80, unchanged=200
)
_REJECTED = Link("下载错误行", "/people/import/t1/rejected.xlsx", "down")

IMPORT_START = ImportStart(
    regions=(Choice("", "全县"), Choice("990101", "柳溪镇")),
    region="990101",
    template=Link("下载空表给科室", "/people/template.xlsx", "down"),
    recent=(
        RecentImport(
            "柳溪镇0-3岁花名册.xlsx", "今天 9:12", "周某", "写入 1,180 人，14 行有错", _REJECTED
        ),
    ),
    problem="这不是表格文件。请在 Excel 里另存为 xlsx，再传一次。",
)

IMPORT_PREVIEW = ImportPreview(
    file_name="柳溪镇0-3岁花名册（卫健局给的最新最终版）20261120.xlsx",
    sheet="Sheet1",
    header_row=3,
    token="t1",
    counts=COUNTS,
    columns=(
        ColumnGuess(0, "姓 名", ("王**", "李*", "欧**"), "name", "姓名"),
        ColumnGuess(1, "身份证号码", ("1101**********001X",), "id_card", "身份证号"),
        ColumnGuess(2, "备注", ("低保", "外出"), "", ""),
    ),
    fields=(Choice("", "不导入"), Choice("name", "姓名"), Choice("id_card", "身份证号")),
    problems=(
        RowProblem(214, "身份证号码", "身份证上的生日和“出生日期”列对不上。请核对，改其中一个。"),
        RowProblem(318, "联系电话", "手机号少一位。请补全，或者留空。"),
    ),
    problems_total=14,
    warnings=(RowProblem(77, "身份证号码", "前六位的地区代码没有见过，可能是老代码。"),),
    warnings_total=1,
    rejected_file=_REJECTED,
    confirm="/people/import/t1/confirm",
    remap="/people/import/t1/columns",
    cancel="/people/import",
)

IMPORT_DONE = ImportDone(
    "柳溪镇0-3岁花名册.xlsx", COUNTS, _REJECTED, (Link("看符合条件的人", "/results"),)
)

PRINT = PrintView(
    campaigns=(Choice("2026-04", "育儿补贴·年底前提醒"),),
    campaign="2026-04",
    grids=(Choice("", "全部"), Choice("99010101-g1", "清泉社区第一网格")),
    grid="99010101-g1",
    buildings=(Choice("", "全部"), Choice("3", "3栋")),
    building="3",
    units=(Choice("", "全部"), Choice("2", "2单元")),
    unit="2",
    kinds=(
        PaperKind(
            "open", "一户一单·公开版", "只写不涉及隐私的政策，可以交到手里或放信箱，不贴门上", 20
        ),
        PaperKind("sealed", "一户一单·封口版", "写全部政策，折好封口，当面交", 6),
        PaperKind("list", "入户名单", "走时打勾，回来录入", 0),
    ),
    kind="open",
    sizes=(PaperSize("normal", "普通", "16 磅"), PaperSize("large", "大字", "20 磅，多 9 张")),
    size="normal",
    households=20,
    sheets=20,
    covers=1,
    first=1,
    make="/print/sheets",
    preview="/static/mark.svg",
    preview_caption="第 1 张，共 20 张·101 王**家",
    valid_until=date(2027, 1, 31),
)

RATE = Rate(0.769, 0.724, 0.808, 832, "compare", date(2026, 11, 10), "入户")
OTHER_BASE = Rate(0.8, 0.75, 0.84, 800, "compare", date(2026, 11, 10), "入户")
RESULTS = ResultsView(
    policies=(Choice("childcare", "育儿补贴"), Choice("elderly", "高龄津贴")),
    policy="childcare",
    policy_name="育儿补贴",
    place="示范县（演示）",
    as_of=date(2026, 11, 23),
    aware=Aware("知道育儿补贴的人", RATE, Link("看知晓率", "/awareness"), generated=True),
    reach=Reach(
        levels=(
            Level("应知", 9112, 9112, "另有 1,286 人待核实", unknown=1286),
            Level("已告知", 7436, 9112, "当面 2,108，送达 5,328"),
            Level("知晓", 7007, 9112, low=6597, high=7362),
            Level("申请", 6020, 9112, "名单截至 11月20日，对不上 1.2 %"),
            Level("领取", 5742, 9112, "第三季度已发"),
        ),
        eligible=9112,
        unknown=1286,
        in_person=2108,
        delivered=5328,
        relayed=311,
        published=8870,
    ),
    facts=(
        Fact("触达的户", "3,010 / 4,100 户", "满14岁的人被告知就算这一户触达。"),
        Fact(
            "覆盖率",
            "60.0 % → 98.0 %",
            "领取 ÷ 应知。",
            ("第一次告知 2026年9月1日", "领取名单截至 2026-11-20"),
        ),
    ),
    places=(
        PlaceRow("柳溪镇", 412, 380, 12, True, 20, 300, 280, Link("看", "/results")),
        PlaceRow("青石镇", 96, 61, 0, False, 35, 40, 38),
    ),
    unreached=(
        Unreached("没有手机号", 742, "入户", Link("打印入户", "/print")),
        Unreached("短信没送到：关机或没信号", 511, "电话"),
    ),
    unreached_places=(
        UnreachedPlace("柳溪镇", 20, (("入户", 12), ("电话", 8)), Link("名单", "/x", "down")),
    ),
    set_aside="另有 31 人已经申请或领取，不在里面，不用再找。",
    untold_list=Link("下载名单", "/results/untold.xlsx", "down"),
    tables=(
        SmallTable(
            "按渠道",
            ("渠道", "当面", "送达", "家人转告"),
            (CountRow("短信", (0, 5328, 0)),),
            "每人只算一次。",
        ),
    ),
    outcomes=(Outcome("申领率", (("2026年11月20日", "85.0 %（850 / 1,000）", "卫健局"),)),),
    plays="播放量和发帖数不能证明知晓。",
    file=Link("下载表格", "/results.csv", "down"),
    level="乡镇",
    above=(Link("示范县（演示）", "/results"),),
    definitions=("应知：……",),
)

SIGNING = SigningView(
    ref="2026-04",
    title="居民医保·集中缴费提醒",
    href="/campaigns/2026-04",
    status="等签发",
    tag="ask",
    place="示范县（演示）",
    policies="居民医保",
    figures=(Figure("people", "要告诉的人", "8,214", "人", "每人一条"),),
    steps=(
        StepPlan(
            1,
            "短信",
            "放行就发",
            "只给前面没告知到的",
            True,
            8214,
            9377,
            "¥656",
            (
                Message(
                    1163,
                    "人",
                    "普通话",
                    73,
                    (SmsPart("【县医保局】"), SmsPart("拒收请", "回", "复R")),
                    71,
                    "73 字，按 2 条计费，从第 71 个字起算第 2 条。少写 3 个字，少一条。",
                ),
            ),
            (("粤语", 12),),
        ),
        StepPlan(
            2,
            "群消息",
            "放行就发",
            "",
            False,
            0,
            0,
            "",
            (Message(8, "个群", "普通话", 9, (SmsPart("各位乡亲"),)),),
        ),
        StepPlan(3, "一户一单", "第 1 步办完以后", "", False, 0, 0, ""),
    ),
    chain=(
        Signature("起草、送审", "周敏", "今天 9:12", "done", "年底前"),
        Signature("签发", "等另一个人看过、签名", "", "cur"),
    ),
    hash="3f9ac21e77b0" + "0" * 52,
    faults=("政策“居民医保”还没有人核验。",),
    moves=(
        Move("暂停发送", "/campaigns/2026-04/pause", "danger", "pause"),
        Move("取消", "/x", ask_first=True),
    ),
    sign="/approvals/2026-04/sign",
    send_back="/approvals/2026-04/return",
    not_me="周敏送审的，要由另一个人签发。",
)
LINE = CampaignLine(
    "居民医保", "/campaigns/2026-04", "发送中", "run", "示范县", "8,214 人", "今天 9:12"
)
CALCULATOR = CalculatorView(
    "示范县",
    "{}",
    answers=(
        Answers(
            "本人",
            fitting=(
                Found("高龄津贴", "maybe", "可能符合，请核实", "60元/月", "80至89周岁的本地标准", ("年满80周岁",), ("户口在本地",), "身份证", ("到社区登记",), "社区", "12345"),
                Found("免费体检", "yes", "符合条件，可以申请", "每年一次", "", ("年满65周岁",), (), "身份证", (), "", "12345", "2026年12月1日起", "到2027年1月1日为止"),
            ),
            open=(Found("残疾人补贴", "maybe", "可能符合，请核实", "金额以当地标准为准", "", (), ("残疾等级",), "残疾证", (), "", "12345", open=True),),
            others=(Other("育儿补贴", "孩子未满3岁"),),
            refused=(Other("交医保", "有“职工医保”的情形，不包括在内"),),
        ),
    ),
    form=Form("本人", dict.fromkeys(("birth", "age", "sex", "hukou", "residence", "hukou_type", "income_month", "household_size", "paid_months", "paid_months_running", "job_kind"), ""), (RowGroup("残疾的情况", (Row("dis.any", "有残疾人证", "yes"),), open=True),), {}),
    members=("本人", "配偶"),
    more="户口在本地吗？",
    problem="请填出生日期。",
    relations=("本人", "配偶"),
)  # fmt: skip

EMPTY_TODAY = TodayView(
    on=date(2026, 11, 23), first_steps=(Link("导入名单", "/people/import", "file"),)
)
EMPTY_RESULTS = ResultsView(
    (),
    "",
    "育儿补贴",
    "示范县（演示）",
    date(2026, 11, 23),
    first_steps=(Link("看今日", "/today"),),
)
EMPTY_PRINT = PrintView((), "", (), "", (), "", (), "", (), "", (), "", 0, 0)

PAGES: dict[str, tuple[str, object]] = {
    "today": ("today.html", TODAY),
    "today-empty": ("today.html", EMPTY_TODAY),
    "campaign": ("campaign.html", CampaignView(SIGNING, LIVE)),
    "campaigns": ("campaigns.html", CampaignsView((LINE,))),
    "campaigns-empty": ("campaigns.html", CampaignsView(())),
    "approvals": ("approvals.html", ApprovalsView((SIGNING,), (LINE,))),
    **samples_wizard.VIEWS,
    **samples_surveys.VIEWS,
    "sure": ("sure.html", SureView("取消《居民医保》？", "不能恢复。", "/x", "确定取消", "/y")),
    "calculator": ("calculator.html", CALCULATOR),
    "import-start": ("import_start.html", IMPORT_START),
    "import-preview": ("import_preview.html", IMPORT_PREVIEW),
    "import-done": ("import_done.html", IMPORT_DONE),
    "print": ("print.html", PRINT),
    "print-empty": ("print.html", EMPTY_PRINT),
    "results": ("results.html", RESULTS),
    "results-empty": ("results.html", EMPTY_RESULTS),
}
