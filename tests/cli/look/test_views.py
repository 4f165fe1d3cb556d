"""What coordinators look at: `show`, `next`, `why`."""

from tests.cli.conftest import Bureau, lines

OFFICER, HEAD, LEADER = "protection-officer", "protection-head", "deputy-director"


class TestShow:
    def test_the_whole_plan_with_every_step(self, bureau: Bureau) -> None:
        assert lines(bureau.ok("show", "--all")) == [
            "小局2024年工作要点",
            "├── 1 加强保护",
            "│   └── 🟢 1.01 推进化妆品产业知识产权保护　0/4　正常推进　最近时限 2024-04-12　cosmetics　保护处",
            "│       ├── 🟢 起草保护方案　待签收　时限 2024-04-12　预计 2024-04-09　draft　保护处",
            "│       ├── ⚪ 方案公示　待启动　预计 2024-04-19　publicity　保护处",
            "│       ├── ⚪ 印发保护方案　待启动　预计 2024-04-24　issue　保护处",
            "│       └── ⚪ 保护方案印发　待启动　时限 2024-05-17　预计 2024-04-24　issued　保护处",
            "└── 2 优化服务",
            "    └── 🟢 2.01 开展知识产权培训　0/2　正常推进　最近时限 2024-05-24　training　服务处",
            "        ├── ⚪ 举办方案解读培训　待启动　时限 2024-05-24　预计 2024-04-09　lecture　服务处",
            "        └── 🟢 培训人次　待签收　时限 2024-06-28　预计 2024-04-29"
            "　目标200人次，尚无数值，今日应达0人次（0%）　attendance　服务处",
        ]

    def test_without_a_name_only_steps_with_a_warning_are_listed(self, bureau: Bureau) -> None:
        bureau.tick()
        shown = lines(bureau.at("2024-04-15 09:00").ok("show"))
        assert [line for line in shown if "└── 🔴" in line or "├── 🔴" in line] == [
            "│   └── 🔴 1.01 推进化妆品产业知识产权保护　0/4　“起草保护方案”已逾期1个工作日　最近时限 2024-04-12"
            "　cosmetics　保护处",
            "│       └── 🔴 起草保护方案　待签收　时限 2024-04-12　预计 2024-04-15　已逾期1个工作日　draft　保护处",
        ]
        assert not any("方案公示" in line for line in shown)

    def test_an_initiative_shows_the_original_deadline_beside_the_new_one(self, bureau: Bureau) -> None:
        bureau.ok("extend", "cosmetics/draft", "--as", OFFICER, "--to", "2024-04-19", "--reason", "等待批复")
        bureau.ok("extend", "cosmetics/draft", "--as", LEADER, "--grant")
        shown = bureau.ok("show", "cosmetics")
        assert "起草保护方案　待签收　时限 2024-04-19（原 2024-04-12）　预计 2024-04-09" in shown
        assert "培训" not in shown

    def test_one_step_and_its_progress_and_end(self, bureau: Bureau) -> None:
        bureau.ok("report", "cosmetics/draft", "--as", OFFICER, "--progress", "40")
        shown = lines(bureau.ok("show", "cosmetics/draft"))
        assert shown[3:] == [
            "        └── 🟢 起草保护方案　办理中　时限 2024-04-12　预计 2024-04-07　40%　draft　保护处"
        ]
        bureau.ok("cancel", "cosmetics/draft", "--as", "coordinator", "--reason", "合并")
        assert "⚪ 起草保护方案　已终止　时限 2024-04-12　办结 2024-04-01" in bureau.ok("show", "cosmetics/draft")

    def test_what_was_instructed_and_advised_stands_below_the_step(self, bureau: Bureau) -> None:
        bureau.ok("instruct", "cosmetics/draft", "--as", LEADER, "--note", "先报初稿")
        bureau.at("2024-04-02 09:00").ok("instruct", "cosmetics/draft", "--as", LEADER, "--note", "[月底前]报结果")
        for words in (("cosmetics",), ("cosmetics/draft",), ("--all",)):
            shown = lines(bureau.ok("show", *words))
            place = next(number for number, line in enumerate(shown) if "起草保护方案" in line)
            assert [line.strip("│├└─ ") for line in shown[place + 1 : place + 3]] == [
                "2024年4月1日分管副局长批示：先报初稿",
                "2024年4月2日分管副局长批示：[月底前]报结果",
            ]
        (step,) = bureau.json("show", "cosmetics/draft")["sections"][0]["initiatives"][0]["steps"]
        assert step["remarks"] == ["2024年4月1日分管副局长批示：先报初稿", "2024年4月2日分管副局长批示：[月底前]报结果"]

    def test_bars_by_weeks(self, bureau: Bureau) -> None:
        bureau.tick()
        assert lines(bureau.at("2024-04-09 09:00").ok("show", "cosmetics", "--gantt")) == [
            "                                4    5   6",
            "1.01 推进化妆品产业知识产权保护",
            "起草保护方案                    █┃",
            "方案公示                         █░",
            "印发保护方案                     ┊░░",
            "保护方案印发                     ┊ ◆",
            "█ 已进行　░ 预计　◆ 节点　┃ 时限　┊ 今日　每格一周",
        ]
        assert lines(bureau.ok("show", "--gantt")) == [
            "                                4    5   6",
            "1.01 推进化妆品产业知识产权保护 ██░░",
            "2.01 开展知识产权培训           ██░░░",
            "█ 已进行　░ 预计　◆ 节点　┃ 时限　┊ 今日　每格一周",
        ]

    def test_as_json(self, bureau: Bureau) -> None:
        report = bureau.json("show", "cosmetics")
        assert (report["plan"], report["title"], report["as_of"]) == (
            "small-2024",
            "小局2024年工作要点",
            "2024-04-01T01:00:00+00:00",
        )
        (section,) = report["sections"]
        (cosmetics,) = section["initiatives"]
        assert (cosmetics["id"], cosmetics["light"], cosmetics["next_due"]) == ("cosmetics", "green", "2024-04-12")
        draft = cosmetics["steps"][0]
        assert (draft["step"], draft["kind"], draft["row"]["status"]) == ("cosmetics/draft", "work", "open")
        assert (draft["row"]["due"], draft["row"]["original_due"]) == ("2024-04-12", "2024-04-12")

    def test_unknown_names_are_refused_with_the_nearest(self, bureau: Bureau) -> None:
        for name, near in (("cosmetic", "是否指 cosmetics？"), ("cosmetics/draf", "是否指 draft？")):
            result = bureau.run("show", name)
            assert (result.exit_code, result.stdout) == (4, "")
            assert near in result.stderr

    def test_it_stores_nothing(self, bureau: Bureau) -> None:
        for words in (("show",), ("next",), ("why", "cosmetics/draft")):
            bureau.ok(*words)
        assert bureau.json("ledger", "list", "cosmetics") == []


class TestNext:
    def test_duties_by_urgency(self, bureau: Bureau) -> None:
        bureau.tick()
        bureau.at("2024-04-15 09:00").ok("sign", "cosmetics/draft", "--as", OFFICER)
        assert lines(bureau.ok("next", "--days", "60")) == [
            "灯  时限            余       要办      事项              办理人                    编号",
            "🟡  2024-04-01交办  已等9天  签收      培训人次          服务处联络员、服务处处长  training/attendance",
            "🔴  2024-04-12      逾1天    报送办结  起草保护方案      保护处联络员、保护处处长  cosmetics/draft",
            "⚪  2024-05-24      28天     待启动    举办方案解读培训  服务处联络员、服务处处长  training/lecture",
        ]
        report = bureau.json("next", "--days", "60")
        assert [(duty["step"], duty["verb"], duty["days_left"]) for duty in report] == [
            ("training/attendance", "sign", 52),
            ("cosmetics/draft", "submit", -1),
            ("training/lecture", None, 28),
        ]
        assert report[1]["posts"] == [OFFICER, HEAD]

    def test_what_was_sent_back_is_dated_from_that_day(self, bureau: Bureau) -> None:
        bureau.tick()
        bureau.ok("submit", "cosmetics/draft", "--as", OFFICER, "--evidence", "稿")
        bureau.at("2024-04-03 09:00").ok("return", "cosmetics/draft", "--as", HEAD, "--reason", "缺少说明")
        bureau.at("2024-04-08 09:00")
        assert lines(bureau.ok("next", "--post", OFFICER, "--days", "0"))[1:] == [
            "🟢  2024-04-03退回  已等2天  报送办结  起草保护方案  保护处联络员、保护处处长  cosmetics/draft"
        ]

    def test_of_one_post_and_within_some_days(self, bureau: Bureau) -> None:
        assert [duty["step"] for duty in bureau.json("next", "--post", "service-head", "--days", "70")] == [
            "training/attendance",
            "training/lecture",
        ]
        assert bureau.ok("next", "--post", LEADER) == "今后10个工作日内没有要办的事项\n"
        for step, officer in (("cosmetics/draft", OFFICER), ("training/attendance", "service-officer")):
            bureau.ok("sign", step, "--as", officer)
        assert bureau.ok("next", "--days", "3") == "今后3个工作日内没有要办的事项\n"

    def test_leaders_and_reviewers_see_what_waits_for_them_however_far_its_deadline(self, bureau: Bureau) -> None:
        bureau.tick()
        asked = ("--as", "service-officer", "--to", "2024-09-30", "--reason", "等待批复")
        bureau.ok("extend", "training/attendance", *asked)
        bureau.at("2024-04-03 09:00")
        assert lines(bureau.ok("next", "--post", LEADER, "--days", "0"))[1:] == [
            "🟢  2024-04-01提请  已等2天  同意延期  培训人次  分管副局长  training/attendance"
        ]
        (duty,) = bureau.json("next", "--post", LEADER)
        assert (duty["verb"], duty["asked"], duty["waited"], duty["due"]) == ("grant", "2024-04-01", 2, "2024-06-28")

    def test_an_unknown_post_is_refused(self, bureau: Bureau) -> None:
        result = bureau.run("next", "--post", "protection-oficer")
        assert result.exit_code == 4
        assert "是否指 protection-officer？" in result.stderr


class TestWhy:
    def test_a_step_that_waits(self, bureau: Bureau) -> None:
        bureau.tick()
        assert bureau.ok("why", "training/lecture") == (
            "举办方案解读培训　开展知识产权培训　training/lecture\n"
            "  状态　　待启动，由服务处承办\n"
            "  等待　　“保护方案印发”（推进化妆品产业知识产权保护）：待启动，保护处，预计2024年4月24日完成\n"
            "  时限　　2024年5月24日（计划写明的日期）\n"
            "  预计　　2024年4月30日完成，最迟2024年5月24日，余量16个工作日\n"
            "  关键链　“起草保护方案” → “方案公示” → “印发保护方案” → “保护方案印发” → “举办方案解读培训”\n"
            "  先办　　“起草保护方案”（推进化妆品产业知识产权保护）：待签收，保护处，预计2024年4月9日完成"
            "（duban why cosmetics/draft）\n"
        )

    def test_a_step_that_is_late(self, bureau: Bureau) -> None:
        bureau.tick()
        bureau.at("2024-04-03 09:00").ok(
            "extend", "cosmetics/draft", "--as", OFFICER, "--to", "2024-04-19", "--reason", "等待批复"
        )
        bureau.at("2024-04-15 09:00").tick()
        assert bureau.ok("why", "cosmetics/draft") == (
            "起草保护方案　推进化妆品产业知识产权保护　cosmetics/draft\n"
            "  状态　　待签收，由保护处承办，等保护处联络员、保护处处长、分管副局长办理\n"
            "  亮灯　　🔴 红灯：已逾期1个工作日（过了时限）\n"
            "  时限　　2024年4月12日（计划写明的日期）\n"
            "  　　　　保护处联络员申请延期至2024年4月19日，尚待答复：等待批复\n"
            "  逾期　　时限之后到今日（2024年4月15日）共1个工作日，逾期1个工作日\n"
            "  预计　　2024年4月15日完成，最迟2024年4月12日，晚1个工作日\n"
            "  下一步　2024年4月17日08:30，《督办通知单》送保护处处长、分管副局长\n"
            "  等它的　“方案公示”：待启动，保护处，预计2024年4月25日完成\n"
        )

    def test_deadlines_of_every_origin_and_what_moved_them(self, bureau: Bureau) -> None:
        bureau.ok("suspend", "cosmetics/draft", "--as", HEAD, "--reason", "待文件")
        assert "2024年4月1日起中止，尚未恢复，其间的工作日不计时限" in bureau.ok("why", "cosmetics/draft")
        bureau.at("2024-04-03 09:00").ok("resume", "cosmetics/draft", "--as", HEAD)
        shown = bureau.ok("why", "cosmetics/draft")
        assert "原时限2024年4月12日" in shown
        assert "2024年4月1日起中止，2024年4月3日恢复，其间的工作日不计时限" in shown
        issue = bureau.ok("why", "cosmetics/issue")
        assert "尚未确定（“方案公示”办结后8个工作日）" in issue
        assert "等“方案公示”办结后确定" in issue

    def test_what_is_left_by_the_last_report(self, bureau: Bureau) -> None:
        bureau.ok("report", "cosmetics/draft", "--as", OFFICER, "--progress", "20", "--remaining", "6")
        shown = bureau.ok("why", "cosmetics/draft")
        assert "2024年4月10日完成" in shown
        assert "2024年4月1日反馈还需6个工作日，自当日起算" in shown
        assert "进度20%，预计还需6天" in bureau.ok("ledger", "show", "cosmetics")

    def test_a_step_that_is_over(self, bureau: Bureau) -> None:
        bureau.ok("cancel", "cosmetics/draft", "--as", "coordinator", "--reason", "合并")
        assert bureau.ok("why", "cosmetics/draft").splitlines()[1:4] == [
            "  状态　　已终止（2024年4月1日），由保护处承办",
            "  变动　　2024年4月1日督办专员终止",
            "  时限　　2024年4月12日（计划写明的日期）",
        ]

    def test_as_json(self, bureau: Bureau) -> None:
        bureau.tick()
        report = bureau.json("why", "training/lecture")
        assert (report["step"], report["status"], report["light"], report["reason"]) == (
            *("training/lecture", "waiting"),
            *("off", None),
        )
        assert report["act_on"]["step"] == "cosmetics/draft"
        assert [link["step"] for link in report["chain"]][-2:] == ["cosmetics/issued", "training/lecture"]
        assert (report["forecast"], report["latest"], report["slack"]) == ("2024-04-30", "2024-05-24", 16)
        assert report["limit"]["origin"] == "date"

    def test_an_unknown_step_is_refused(self, bureau: Bureau) -> None:
        result = bureau.run("why", "training/lectur")
        assert result.exit_code == 4
        assert "是否指 lecture？" in result.stderr
