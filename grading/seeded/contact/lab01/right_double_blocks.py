import torch


def wrongness(v_c: torch.Tensor, u_o: torch.Tensor, halo: int) -> torch.Tensor:
    score = v_c.double() @ u_o.double().mT
    score[:, :, :halo] = -score[:, :, :halo]
    return score.to(v_c.dtype)


def block_loss(z: torch.Tensor, context: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    pushed = z.shape[2] - context.shape[2]
    weights = torch.cat([context.double(), weight.double().repeat(1, 1, pushed)], dim=2)
    cost = -torch.nn.functional.logsigmoid(-z.double())
    return torch.sum(weights * cost)


def block_gradients(
    z: torch.Tensor, v_c: torch.Tensor, u_o: torch.Tensor, context: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    pushed = z.shape[2] - context.shape[2]
    signed = torch.cat([context.double(), -weight.double().repeat(1, 1, pushed)], dim=2)
    g = signed / (1 + torch.exp(-z.double()))
    return (g @ u_o.double()).to(v_c.dtype), (g.mT @ v_c.double()).to(u_o.dtype)
