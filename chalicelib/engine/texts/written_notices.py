"""告知书 · The written notices: what a message cannot carry, the reason and the ways to contest (rule 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.engine.texts import recovery_notices
from chalicelib.engine.texts.recovery_notices import CONTEST
from chalicelib.model import Template

_REMINDER_NOTICE: Final = """待遇资格认证告知书
您领取的待遇，资格认证将于{deadline}到期。我们在各部门的数据中暂未找到可以替您完成认证的记录，所以需要请您办理。
办理方式任选一种，均不收费：一、到{office}，由工作人员当面办理；二、用手机自助认证（不要求必须刷脸）；三、打电话预约，工作人员上门办理。
如果到期没有认证，经工作人员三次上门（其中一次在晚上或休息日，一次向您身边的人了解）仍不能见到您，并经乡镇和主管部门两级审核，待遇才会从次月起暂停；以后任何时候认证，都会恢复并补发。
如果您不同意，可以拨打{hotline}，或向{office}、网格员当面提出异议；异议处理期间不暂停待遇。本单校验码：{code}。"""

_CONTEST: Final = f"如果您不同意，{CONTEST}"
_NOT_CERTIFIED: Final = "资格认证已经到期，各部门数据、自助认证和上门都未能确认您的情况"
# What a message says that was composed before messages told the reason of their case.
OF_BEFORE: Final[Mapping[Template, Mapping[str, str]]] = {
    Template.SUSPENDED: {"reason": _NOT_CERTIFIED},
    Template.PAY_IN_PERSON: {"reason": _NOT_CERTIFIED},
    Template.TERMINATED: {"reason": "经工作人员核实，相关待遇不再符合领取条件"},
    Template.RESUMED: {"reason": "资格认证已经完成"},
    Template.RESTORED: {"reason": "有关部门的一条登记"},
    Template.RESTARTED: {"reason": "见停发时的告知书"},
    Template.ANSWERED: {"measure": "待遇处理"},
    Template.SEPARATED: {"reason": "名册上的登记", "owed": ""},
}
WHAT_OF_BEFORE: Final = "相关待遇"

NOTICES: Final[Mapping[Template, str]] = {
    Template.REMIND: _REMINDER_NOTICE,
    Template.REMIND_AGAIN: _REMINDER_NOTICE,
    Template.SELF_CERTIFY: _REMINDER_NOTICE,
    Template.CERTIFIED: """待遇资格认证结果告知书
您的待遇资格认证已经完成，有效至{until}。认证依据的是您日常办事留下的记录，您不需要再办任何手续。
如果您认为有误，可以拨打{hotline}，或向{office}、网格员当面提出，并可查询依据的是哪一条记录。""",
    Template.SUSPENDED: f"""待遇暂停发放告知书
您的以下待遇自{{month}}起暂停发放：{{what}}。暂停不是取消，您的待遇资格仍在。
原因：{{reason}}。
恢复办法：到{{office}}当面办理，或用手机自助认证，或打电话预约上门，均不收费。认证完成后，从下一个发放日恢复，暂停期间应发的待遇一并补发。
{_CONTEST}""",
    Template.PAY_IN_PERSON: f"""待遇当面领取告知书
您的以下待遇{{month}}仍然照发，改为由您本人持有效证件到发放点当面领取：{{what}}。
原因：{{reason}}。
领取时核验证件，即完成认证，以后照常发放，不收取任何费用。行动不便的，可拨打{{hotline}}或告诉网格员，由工作人员上门认证；认证后照常发放，未领取的一并补发。
未领取不视为上门未见到本人；仍未认证的，再次核对各项条件后，待遇才会从次月起暂停，认证后恢复补发。
{_CONTEST}""",
    Template.TERMINATED: f"""待遇停止发放告知书
您的以下待遇停止发放：{{what}}。
原因：{{reason}}。核实依据可向{{office}}查询。
如停发前有应发未发的待遇，将依法发给本人或其继承人；如有多发，将另行书面说明，可以协商分期办理。
{_CONTEST}""",
    Template.RESTORED: f"""待遇恢复发放告知书
此前停止发放您的{{what}}，依据的是：{{reason}}。现已查明该项认定有误，予以更正，我们为此向您致歉。
您的待遇自{{month}}起恢复发放；停发期间应发的待遇共{{yuan}}元，随下一次发放一并补发，已被要求退还的不再退还。您不需要办理任何手续。
如果您对补发的月份或金额有疑问，可以拨打{{hotline}}，或向{{office}}、网格员当面提出。
{_CONTEST}""",
    Template.SEPARATED: f"""号码误并更正告知书
此前把您的身份证号码与另一个号码误认为同一人的，合并办理，当时的依据是：{{reason}}。
经两名未参与此事的工作人员核对，两个号码属于两个人，现已拆开，我们为此向您致歉。
您的以下待遇按您本人的情况办理：{{what}}。不因这次更正暂停待遇。{{owed}}
您现在不需要办理任何手续：各部门数据会继续自动为您认证；如仍需您办理，会另行提醒，也可以随时到{{office}}、用手机或约上门认证，均不收费。
{_CONTEST}""",
    Template.RESTARTED: f"""待遇重新发放告知书
此前停止发放您的{{what}}的原因已经消除：工作人员已核对您的释放证明、新证件或批准文件。此前的原因：{{reason}}。
您的待遇自{{month}}起按停发前的标准重新发放，此前应发未发的共{{yuan}}元一并补发；依规定不应发放的月份（如服刑期间）不予补发。
{_CONTEST}""",
    Template.ANSWERED: """异议答复告知书
您对{measure}提出的异议，经未参与此事的人员核实，答复为：{answer}。
理由：{reason}
不论答复如何，您都可以随时到{office}当面办理资格认证，不收取任何费用。
如果您仍不同意，以下办法任选：一、拨打{hotline}，或向{office}当面再次提出，由上一级未参与此事的人员复核，{objection_days}个工作日内答复；二、自收到本告知书之日起60日内，依法申请行政复议；三、自收到本告知书之日起6个月内，依法向人民法院提起行政诉讼。""",
    Template.OBJECTED_AGAIN: """再次异议受理告知书
您对同一事项提出的异议此前已有答复。您再次提出的异议已经收下，转由上一级未参与此事的人员复核，{until}前答复。
同一事项的再次异议不停止办理：符合暂停条件的，待遇可能按期暂停。您随时可以到{office}当面办理资格认证，或用手机、约上门认证，均不收费；认证后恢复发放并补发。
如果您不同意此前的答复，也可以自收到该答复之日起60日内依法申请行政复议，或在6个月内依法向人民法院提起行政诉讼；如何办理，可拨打{hotline}或向{office}询问。""",
    Template.CORRECTED: """待遇资格认证有效期更正告知书
此前告知您的资格认证有效期，依据的是有关部门的一条记录。该部门已更正这条记录，您的资格认证有效期改为至{until}，我们为此向您致歉。
您现在不需要办理任何手续：各部门数据会继续自动为您认证；如仍需您办理，会另行提醒。您也可以随时到{office}、用手机或约上门认证，均不收费。
如果您认为有误，可以拨打{hotline}，或向{office}、网格员当面提出，并可查询依据的是哪一条记录。""",
    **recovery_notices.NOTICES,
    Template.RESUMED: f"""待遇恢复发放告知书
您的以下待遇自{{month}}起恢复发放：{{what}}。原因：{{reason}}。
暂停期间应发的待遇共{{yuan}}元，随下一次发放一并补发。
如果您对补发的月份或金额有疑问，可以拨打{{hotline}}，或向{{office}}、网格员当面提出。
{_CONTEST}""",
    Template.STOP_ASKED: """停发申请核对告知书
您于{asked}申请停止发放：{what}。工作人员已就此与您本人核对。
如果这不是您本人的意思，或者您改变了主意，{until}之前随时可以撤回：拨打{hotline}，或向{office}、网格员当面说明，也可以用手机撤回。撤回后照常发放，不影响您的任何待遇。
{until}以后，由发放部门另一名工作人员再次核对，才会停止发放，已经发给您的不需要退还。停发以后想恢复的，可以随时到{office}提出。
停发只由您本人决定；如果有人替您申请或者催您申请，请拨打{hotline}告诉我们。""",
    Template.PAUSED: f"""待遇中止发放告知书
您的以下待遇暂时中止发放：{{what}}。中止不是停止：资格没有取消，原因消除后可以恢复。
原因：{{reason}}。核实依据可向{{office}}查询。
依法认定无罪、不予起诉或撤销案件的，中止期间的待遇补发；判决后按判决结果办理，另行书面告知。
{_CONTEST}""",
}
