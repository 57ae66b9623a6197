"""The names lists give their columns, as seen in public lists and templates; blanks and remarks already gone."""

from __future__ import annotations

import re

#: Names of the task column, the surest first: where several are there, the surest is the task.
_TASK_NAMES = (
    """
    工作任务 主要工作任务 具体任务 具体工作任务 任务名称 任务 工作事项 事项 事项名称 重点事项 改革举措 整改任务
    主要任务 任务内容 任务事项 工作名称 工作任务内容 重点工作任务 督办事项 交办事项 议定事项 工作任务名称
    """,
    """
    重点工作 重点任务 年度重点工作 年度重点任务 重点工作内容 重点工作事项 重点工作项目 重点工作名称 工作项目
    重点项目 项目名称 目标任务 年度工作任务 工作要点
    """,
    """
    工作内容 具体工作 具体内容 主要工作 调研课题 课题 课题名称 调研题目 活动名称 会议名称 活动内容 学习内容 问题
    存在问题 具体问题 反馈问题 整改问题 主要问题 问题描述 问题表现 问题内容
    """,
    """
    项目 内容
    """,
)

_ROLE_NAMES = {
    "number": """
        序号 编号 项目编号 任务编号 任务序号 号 序 项号 no no. 问题编号 问题序号
    """,
    "category": """
        类别 分类 类型 工作类别 任务类别 项目类别 工作类型 任务类型 领域 重点领域 工作领域 板块 工作板块 方面
        工作分类 工作方面 条线 所属类别 所属领域 问题类别 项目
    """,
    "content": """
        主要内容 工作措施 整改措施 具体措施 主要措施 措施 工作举措 主要举措 具体举措 推进措施 落实措施 内容 工作内容
        具体内容 工作任务内容 建设内容 任务描述 任务说明 内容描述 具体做法 工作安排
    """,
    "goal": """
        目标 整改目标 工作目标 年度目标 预期目标 目标要求 预期成效 预期效果 目标成效 完成标准 总体目标 绩效目标
        工作要求 任务目标
    """,
    "milestones": """
        任务分解 时序进度 序时进度 进度安排 进度计划 工作进度 阶段目标 阶段任务 阶段性目标 节点 里程碑 节点目标
        节点安排 推进计划 推进步骤 推进时序 实施步骤 工作步骤 实施计划 分解任务 季度安排 进度要求 月度计划 工作计划
        节点任务 进度节点
    """,
    "deadline": """
        时限 时间 期限 日期 时间安排 时间要求 时间节点 完成时限 完成时间 拟定时限
    """,
    "target": """
        目标数 目标数量 数量 频次 频率 次数 计划数 计划数量 计划次数 目标值 指标 指标值 量化指标 任务数 目标次数
        目标任务数 篇数 期数 场次 数量要求 频次要求 工作频次 开展频次 任务量 件数 个数 项数
    """,
    "measure": """
        计量单位 单位量 计数单位
    """,
    "material": """
        报送材料 报送资料 佐证材料 佐证资料 印证资料 印证材料 支撑材料 提交材料 上报材料 材料 成果形式 工作成果 成果
        台账资料 备查资料 需报送材料 成果材料 完成形式
    """,
    "points": """
        考核要点 考核标准 考核指标 考核内容 考核要求 验收标准 验收要点 评价标准 销号标准 评分标准 考核办法 检查要点
    """,
    "note": """
        备注 说明 附注 注
    """,
    "urgent": """
        紧急程度 重要程度 是否紧急 缓急程度 紧急 急缓 缓急 重要性 优先级 是否重大 紧急情况
    """,
}

_KIND = r"(?:责任)?(?:单位|部门|委室|科室|处室|股室|支部|党支部|机构|主体|党组织)"
_PATTERNS = (
    ("leader", re.compile(r".*领导$")),
    ("person", re.compile(r".*(?:责任人员?|负责人员?|承办人员?|经办人员?)$")),
    ("lead", re.compile(rf"(?:牵头|主办|主责){_KIND}?$")),
    ("support", re.compile(rf"(?:主要)?(?:配合|协作|协办|协同|协助|参与|参加|支持){_KIND}?$")),
    (
        "unit",
        re.compile(
            r"[省市区县]?(?:第一责任|整改责任|直接责任|承办责任|责任|指导|落实|实施|承担|承办|执行|整改|主体|承接|完成|所属)?"
            r"(?:单位|部门|科室|处室|股室|委室|主体|机构|支部|党支部|党组织|党总支)$"
        ),
    ),
    (
        "deadline",
        re.compile(
            r"(?:计划|拟|预计|要求|完成|整改|办结|截止|落实|办理|拟定|推进|实施|开展|工作|任务|目标|销号|进度|活动|会议)*"
            r"(?:时限|时间|期限|日期|限期)(?:要求|安排|节点)?$"
        ),
    ),
)
#: A column for one period of the year: its cells are milestones of that period.
PERIOD = re.compile(r"第?[一二三四1-4]季度|(?:[1-9]|1[0-2]|[一二三四五六七八九十]{1,2})月份?|上半年|下半年")

#: Task name → how sure it is, 0 the surest.
TASKS = {name: rank for rank, names in reversed(list(enumerate(_TASK_NAMES))) for name in names.split()}
_ROLES = {name: role for role, names in reversed(_ROLE_NAMES.items()) for name in names.split()}

#: What a message offers as known names.
KNOWN = (
    "序号、类别、工作任务、主要内容、任务分解、工作目标、牵头领导、牵头单位、责任单位、配合单位、责任人、"
    "完成时限、频次、报送材料、考核要点、备注"
)


def role_of_name(name: str) -> str:
    """The role a column of this name has when it is not the task: "unit" where lead or support is still open."""
    return _ROLES.get(name) or next((role for role, pattern in _PATTERNS if pattern.fullmatch(name)), "")
