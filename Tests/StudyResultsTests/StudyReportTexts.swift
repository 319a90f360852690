/// The report of `ResultExamples.small` without figures.
extension StudyReportTests {
  static let english = #"""
    # small

    *Report of a Monte Carlo study*

    4 cells with 100 replicates each: 400 data sets, to each of which 2 strategies were applied. Numbers in parentheses are Monte Carlo standard errors (MCSE); one in brackets says how many replicates gave a number where not all did.

    ## Methods

    **Design.** Data were drawn from `y ~ 1 + (1 | school)`:

    $$
    \begin{aligned}
    &y_i \sim N\left(\alpha_{j[i]},\ \sigma_y^2\right), i = 1, \dots, n \\
    &\alpha_{j} \sim N\left(\mu_\alpha,\ \sigma_\alpha^2\right), j = 1, \dots, J
    \end{aligned}
    $$

    - $\alpha_{j}$: intercept of school $j$
    - $\mu_\alpha$: mean of the intercepts
    - $\sigma_\alpha$: standard deviation of the intercepts between groups
    - $\sigma_y$: standard deviation of observations within groups

    ```text
    school: J = 3, 10
    └─ pupil: n = 2, 5 in each school
    ```

    **Table 1.** True values.

    | parameter                    | meaning                        | true value |
    | ---------------------------- | ------------------------------ | ---------- |
    | fixed.(Intercept)            | the mean intercept             | 1          |
    | random.school.(Intercept).sd | the SD of intercepts by school | 2          |
    | residual.sd                  | the residual SD                | 4          |

    **Grid.** J ∈ {3, 10}; n ∈ {2, 5}; all combinations, 4 cells.

    **Replicates and random numbers.** 100 replicates a cell, seed 7. In every replicate the group effects and the residuals are drawn anew, and all strategies see the same data. Random numbers come from a counter-based generator (Philox 4×32-10) whose key is the study's seed, a hash of the cell's values and the replicate's number; so they depend on neither the number of threads or machines nor on the rest of the grid, and any replicate can be made again.

    **Strategies.** Intervals have level 95%; power is the share of intervals without 0.

    - `none`: one regression a group; for the population the mean of the groups' coefficients; `y ~ 1 + (1 | school)`; intervals: t with the group's residual df; population and new group: SD of the coefficients, $J - 1$ df.
    - `reml`: multilevel model by restricted maximum likelihood; `y ~ 1 + (1 | school)`; intervals: normal quantiles; group coefficients by the joint standard error of fixed and random part.

    **Table 2.** Estimands.

    | address                      | meaning                        | kind                                     |
    | ---------------------------- | ------------------------------ | ---------------------------------------- |
    | fixed.(Intercept)            | the mean intercept             | parameter of the population              |
    | random.school.(Intercept).sd | the SD of intercepts by school | parameter of the population              |
    | coef.school.(Intercept)      | the intercepts of school       | one for each group in the data           |
    | new.school.(Intercept)       | the intercept of a new school  | of one more group, drawn beside the data |
    | residual.sd                  | the residual SD                | parameter of the population              |

    **Measures.** With $r$ replicates, $m_k$ members of the estimand in replicate $k$ (groups; 1 for a parameter), estimate $\hat\theta_{kj}$, truth $\theta_{kj}$ of that replicate and error $e_{kj} = \hat\theta_{kj} - \theta_{kj}$, everything is averaged within a replicate first, $\overline{x}_k = \sum_j x_{kj}/m_k$, because replicates are independent and groups within one are not:

    - bias: $\frac{1}{r}\sum_k \overline{e}_k$
    - RMSE: $\sqrt{\frac{1}{r}\sum_k \overline{e^2}_k}$
    - standard deviation over replicates: $\sqrt{\frac{1}{r-1}\sum_k \left(e_k - \bar e\right)^2}$
    - mean standard error: $\sqrt{\frac{1}{r}\sum_k \overline{\mathrm{se}^2}_k}$
    - coverage: $\frac{1}{r}\sum_k \overline{[\theta \in \mathrm{CI}]}_k$
    - width of intervals: $\frac{1}{r}\sum_k \overline{|\mathrm{CI}|}_k$
    - MSE relative to no pooling: $\sum_k \overline{e^2}_k \big/ \sum_k \overline{e^2}_k^{\,\mathrm{none}}$
    - share nearer than no pooling: $\frac{1}{r}\sum_k [\overline{e^2}_k < \overline{e^2}_k^{\,\mathrm{none}}]$
    - weight of own data w: $\frac{1}{r}\sum_k \overline{\hat w}_k$
    - weight in excess of theory: $\frac{1}{r}\sum_k (\overline{\hat w}_k - \overline{w}_k)$
    - shrinkage 1 − w: $\frac{1}{r}\sum_k (1 - \overline{\hat w}_k)$
    - movement from no pooling: $\frac{1}{r}\sum_k \overline{|\hat\theta - \hat\theta^{\mathrm{none}}|}_k$
    - power: $\frac{1}{r}\sum_k \overline{[0 \notin \mathrm{CI}]}_k$
    - type S error: $P(\hat\theta\,\theta < 0 \mid 0 \notin \mathrm{CI})$
    - type M error: $E(|\hat\theta/\theta| \mid 0 \notin \mathrm{CI})$

    **Failures.** Every replicate of every strategy has a status: ok; boundary (a variance of 0 or a correlation of ±1, which is a result); not converged (estimates are what was found); unidentified or error (no estimates). Nothing is dropped and nothing is drawn again. Measures use all replicates that have an estimate, of whatever status; `measures.csv` has each measure also for the fits inside the parameter space alone, its counts, and, for rates, bounds that count missing replicates and groups as 0 and as 1.

    **Monte Carlo errors.** The standard error of a mean is the standard deviation over replicates divided by $\sqrt r$; of roots and ratios it follows by the delta method (Morris, White and Crowther 2019).

    **Table 3.** The largest Monte Carlo standard error of each measure.

    | measure                            | largest MCSE | where                                             |
    | ---------------------------------- | -----------: | ------------------------------------------------- |
    | bias                               |          0.3 | new.school.(Intercept), reml, J = 3, n = 5        |
    | RMSE                               |          0.2 | new.school.(Intercept), none, J = 3, n = 5        |
    | standard deviation over replicates |          0.2 | new.school.(Intercept), reml, J = 3, n = 5        |
    | mean standard error                |          0.2 | new.school.(Intercept), none, J = 3, n = 2        |
    | coverage                           |         0.04 | new.school.(Intercept), reml, J = 3, n = 5        |
    | width of intervals                 |            2 | coef.school.(Intercept), none, J = 3, n = 2       |
    | MSE relative to no pooling         |          0.2 | random.school.(Intercept).sd, reml, J = 10, n = 5 |
    | share nearer than no pooling       |         0.05 | random.school.(Intercept).sd, reml, J = 3, n = 5  |
    | weight of own data w               |         0.04 | coef.school.(Intercept), reml, J = 3, n = 2       |
    | weight in excess of theory         |         0.04 | coef.school.(Intercept), reml, J = 3, n = 2       |
    | shrinkage 1 − w                    |         0.04 | coef.school.(Intercept), reml, J = 3, n = 2       |
    | movement from no pooling           |         0.08 | random.school.(Intercept).sd, reml, J = 3, n = 2  |
    | power                              |         0.05 | fixed.(Intercept), reml, J = 10, n = 5            |
    | type S error                       |          0.3 | new.school.(Intercept), none, J = 3, n = 5        |
    | type M error                       |            5 | new.school.(Intercept), reml, J = 3, n = 2        |

    **Software.** multilevel-lab 0; study 58658307f4963843. With the file at the end of this report, `mlm study run study.yml --out DIR` gives the same numbers to the last digit; `mlm study replay study.yml CELL REPLICATE` rebuilds the data of one replicate.

    ## How the fits ended

    **Table 4.** Replicates by status, all cells together.

    | strategy               |  ok | boundary | not converged | unidentified | error | all |
    | ---------------------- | --: | -------: | ------------: | -----------: | ----: | --: |
    | no pooling             | 400 |        0 |             0 |            0 |     0 | 400 |
    | partial pooling (REML) | 292 |      108 |             0 |            0 |     0 | 400 |

    **Table 5.** Cells in which not all replicates were ok.

    |   J |   n | strategy               |  ok | boundary | not converged | unidentified | error | all |
    | --: | --: | ---------------------- | --: | -------: | ------------: | -----------: | ----: | --: |
    |   3 |   2 | partial pooling (REML) |  59 |       41 |             0 |            0 |     0 | 100 |
    |   3 |   5 | partial pooling (REML) |  67 |       33 |             0 |            0 |     0 | 100 |
    |  10 |   2 | partial pooling (REML) |  77 |       23 |             0 |            0 |     0 | 100 |
    |  10 |   5 | partial pooling (REML) |  89 |       11 |             0 |            0 |     0 | 100 |

    ## Measures

    ### The intercepts of school

    **Table 6.** Shrinkage 1 − w, the intercepts of school; MCSE in parentheses.

    |   J |   n | partial pooling (REML) |
    | --: | --: | ---------------------: |
    |   3 |   2 |            0.61 (0.04) |
    |   3 |   5 |            0.59 (0.03) |
    |  10 |   2 |            0.66 (0.03) |
    |  10 |   5 |            0.53 (0.02) |

    **Table 7.** Weight in excess of theory, the intercepts of school; MCSE in parentheses.

    |   J |   n | partial pooling (REML) |
    | --: | --: | ---------------------: |
    |   3 |   2 |            0.06 (0.04) |
    |   3 |   5 |           −0.15 (0.03) |
    |  10 |   2 |            0.01 (0.03) |
    |  10 |   5 |           −0.08 (0.02) |

    **Table 8.** RMSE, the intercepts of school; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 | 2.90 (0.12) |            2.43 (0.11) |
    |   3 |   5 | 1.84 (0.07) |            1.64 (0.08) |
    |  10 |   2 | 2.88 (0.05) |            1.97 (0.05) |
    |  10 |   5 | 1.77 (0.04) |            1.50 (0.04) |

    **Table 9.** MSE relative to no pooling, the intercepts of school; MCSE in parentheses.

    |   J |   n | partial pooling (REML) |
    | --: | --: | ---------------------: |
    |   3 |   2 |            0.70 (0.03) |
    |   3 |   5 |            0.80 (0.05) |
    |  10 |   2 |            0.47 (0.02) |
    |  10 |   5 |            0.71 (0.03) |

    **Table 10.** Coverage, the intercepts of school; MCSE in parentheses.

    |   J |   n |    no pooling | partial pooling (REML) |
    | --: | --: | ------------: | ---------------------: |
    |   3 |   2 | 0.963 (0.010) |            0.82 (0.02) |
    |   3 |   5 | 0.943 (0.014) |            0.88 (0.02) |
    |  10 |   2 | 0.956 (0.007) |            0.85 (0.02) |
    |  10 |   5 | 0.948 (0.008) |            0.86 (0.02) |

    ### The mean intercept

    **Table 11.** Bias, the mean intercept; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 |   0.0 (0.2) |              0.0 (0.2) |
    |   3 |   5 |   0.3 (0.2) |              0.3 (0.2) |
    |  10 |   2 | 0.11 (0.11) |            0.11 (0.11) |
    |  10 |   5 | 0.13 (0.08) |            0.13 (0.08) |

    **Table 12.** RMSE, the mean intercept; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 | 2.02 (0.13) |            2.02 (0.13) |
    |   3 |   5 | 1.57 (0.11) |            1.57 (0.11) |
    |  10 |   2 | 1.10 (0.08) |            1.10 (0.08) |
    |  10 |   5 | 0.80 (0.05) |            0.80 (0.05) |

    **Table 13.** Coverage, the mean intercept; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 | 0.97 (0.02) |            0.92 (0.03) |
    |   3 |   5 | 0.91 (0.03) |            0.89 (0.03) |
    |  10 |   2 | 0.94 (0.02) |            0.93 (0.03) |
    |  10 |   5 | 0.96 (0.02) |            0.94 (0.02) |

    **Table 14.** Power, the mean intercept; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 | 0.06 (0.02) |            0.09 (0.03) |
    |   3 |   5 | 0.07 (0.03) |            0.18 (0.04) |
    |  10 |   2 | 0.13 (0.03) |            0.19 (0.04) |
    |  10 |   5 | 0.24 (0.04) |            0.31 (0.05) |

    ### The SD of intercepts by school

    **Table 15.** Bias, the SD of intercepts by school; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 |   1.2 (0.2) |              0.0 (0.2) |
    |   3 |   5 | 0.53 (0.13) |             −0.3 (0.2) |
    |  10 |   2 | 1.37 (0.07) |           −0.18 (0.13) |
    |  10 |   5 | 0.57 (0.07) |           −0.22 (0.10) |

    **Table 16.** RMSE, the SD of intercepts by school; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 |   2.0 (0.2) |            1.96 (0.10) |
    |   3 |   5 | 1.37 (0.10) |            1.56 (0.07) |
    |  10 |   2 | 1.55 (0.07) |            1.33 (0.07) |
    |  10 |   5 | 0.87 (0.06) |            0.98 (0.07) |

    ### The intercept of a new school

    **Table 17.** RMSE, the intercept of a new school; MCSE in parentheses.

    |   J |   n |  no pooling | partial pooling (REML) |
    | --: | --: | ----------: | ---------------------: |
    |   3 |   2 |   2.6 (0.2) |              2.6 (0.2) |
    |   3 |   5 |   2.7 (0.2) |              2.7 (0.2) |
    |  10 |   2 | 2.27 (0.14) |            2.27 (0.14) |
    |  10 |   5 |   2.2 (0.2) |              2.2 (0.2) |

    **Table 18.** Coverage, the intercept of a new school; MCSE in parentheses.

    |   J |   n |    no pooling | partial pooling (REML) |
    | --: | --: | ------------: | ---------------------: |
    |   3 |   2 | 0.990 (0.010) |            0.87 (0.03) |
    |   3 |   5 |   0.93 (0.03) |            0.73 (0.04) |
    |  10 |   2 |         1 (0) |            0.88 (0.03) |
    |  10 |   5 | 0.980 (0.014) |            0.83 (0.04) |

    ### The residual SD

    **Table 19.** Bias, the residual SD; MCSE in parentheses.

    |   J |   n | partial pooling (REML) |
    | --: | --: | ---------------------: |
    |   3 |   2 |           −0.48 (0.13) |
    |   3 |   5 |            0.03 (0.09) |
    |  10 |   2 |           −0.22 (0.07) |
    |  10 |   5 |           −0.11 (0.04) |

    **Table 20.** RMSE, the residual SD; MCSE in parentheses.

    |   J |   n | partial pooling (REML) |
    | --: | --: | ---------------------: |
    |   3 |   2 |            1.34 (0.08) |
    |   3 |   5 |            0.87 (0.06) |
    |  10 |   2 |            0.72 (0.05) |
    |  10 |   5 |            0.46 (0.03) |

    ## The study's file

    ```yaml
    study: small
    seed: 7
    replicates: 100
    design:
      parameters: {J: 4, n: 5}
      levels: {school: J, pupil: {per: school, size: n}}
      response: {formula: "y ~ 1 + (1 | school)", beta: [1], sd: {school: 2, residual: 4}}
    grid: {J: [3, 10], n: [2, 5]}
    strategies: [none, reml]
    ```

    """#

  static let chinese = #"""
    # small

    *蒙特卡罗研究报告*

    共 4 个单元，每个单元 100 次重复：400 份数据，每份数据都用 2 种策略分析。圆括号内是蒙特卡罗标准误（MCSE）；若并非所有重复都给出该数，方括号内是给出的次数。

    ## 方法

    **设计。** 数据按 `y ~ 1 + (1 | school)` 抽取：

    $$
    \begin{aligned}
    &y_i \sim N\left(\alpha_{j[i]},\ \sigma_y^2\right), i = 1, \dots, n \\
    &\alpha_{j} \sim N\left(\mu_\alpha,\ \sigma_\alpha^2\right), j = 1, \dots, J
    \end{aligned}
    $$

    - $\alpha_{j}$：第 $j$ 个 school 的截距
    - $\mu_\alpha$：截距的均值
    - $\sigma_\alpha$：截距在组间的标准差
    - $\sigma_y$：组内观测的标准差

    ```text
    school: J = 3, 10
    └─ pupil: n = 2, 5（每个 school）
    ```

    **表 1**　真值。

    | 参数                         | 含义                | 真值 |
    | ---------------------------- | ------------------- | ---- |
    | fixed.(Intercept)            | 平均截距            | 1    |
    | random.school.(Intercept).sd | school 截距的标准差 | 2    |
    | residual.sd                  | 残差标准差          | 4    |

    **网格。** J ∈ {3, 10}；n ∈ {2, 5}；全部组合，共 4 个单元。

    **重复与随机数。** 每个单元 100 次重复，种子 7。每次重复都重新抽取组效应与残差，所有策略使用同一份数据。随机数来自计数器式发生器（Philox 4×32-10），其密钥由研究的种子、单元取值的散列与重复的编号组成；所以结果与线程数、机器数以及网格的其余部分无关，任何一次重复都可以重做。

    **策略。** 区间水平为 95%；检验功效是不含 0 的区间所占的比例。

    - `none`：每组一个回归；总体取各组系数的均值；`y ~ 1 + (1 | school)`；区间：t，该组的残差自由度；总体与新组：系数的标准差，$J - 1$ 个自由度。
    - `reml`：多层次模型，限制极大似然；`y ~ 1 + (1 | school)`；区间：正态分位数；组系数用固定与随机部分的联合标准误。

    **表 2**　估计目标。

    | 地址                         | 含义                | 类别                   |
    | ---------------------------- | ------------------- | ---------------------- |
    | fixed.(Intercept)            | 平均截距            | 总体参数               |
    | random.school.(Intercept).sd | school 截距的标准差 | 总体参数               |
    | coef.school.(Intercept)      | 各 school 的截距    | 数据中每组一个         |
    | new.school.(Intercept)       | 新 school 的截距    | 数据之外再抽取的一个组 |
    | residual.sd                  | 残差标准差          | 总体参数               |

    **指标。** 设有 $r$ 次重复，第 $k$ 次重复中估计目标有 $m_k$ 个成员（组；参数为 1），估计值 $\hat\theta_{kj}$，该次重复的真值 $\theta_{kj}$，误差 $e_{kj} = \hat\theta_{kj} - \theta_{kj}$。由于各次重复相互独立而同一次重复中的组不独立，先在重复之内取平均 $\overline{x}_k = \sum_j x_{kj}/m_k$：

    - 偏差：$\frac{1}{r}\sum_k \overline{e}_k$
    - RMSE（均方根误差）：$\sqrt{\frac{1}{r}\sum_k \overline{e^2}_k}$
    - 各次重复的标准差：$\sqrt{\frac{1}{r-1}\sum_k \left(e_k - \bar e\right)^2}$
    - 平均标准误：$\sqrt{\frac{1}{r}\sum_k \overline{\mathrm{se}^2}_k}$
    - 覆盖率：$\frac{1}{r}\sum_k \overline{[\theta \in \mathrm{CI}]}_k$
    - 区间宽度：$\frac{1}{r}\sum_k \overline{|\mathrm{CI}|}_k$
    - 相对无池化的均方误差：$\sum_k \overline{e^2}_k \big/ \sum_k \overline{e^2}_k^{\,\mathrm{none}}$
    - 比无池化更近的比例：$\frac{1}{r}\sum_k [\overline{e^2}_k < \overline{e^2}_k^{\,\mathrm{none}}]$
    - 自身数据的权重 w：$\frac{1}{r}\sum_k \overline{\hat w}_k$
    - 权重超出理论值的量：$\frac{1}{r}\sum_k (\overline{\hat w}_k - \overline{w}_k)$
    - 收缩 1 − w：$\frac{1}{r}\sum_k (1 - \overline{\hat w}_k)$
    - 相对无池化的移动：$\frac{1}{r}\sum_k \overline{|\hat\theta - \hat\theta^{\mathrm{none}}|}_k$
    - 检验功效：$\frac{1}{r}\sum_k \overline{[0 \notin \mathrm{CI}]}_k$
    - S 型错误率：$P(\hat\theta\,\theta < 0 \mid 0 \notin \mathrm{CI})$
    - M 型错误（夸大倍数）：$E(|\hat\theta/\theta| \mid 0 \notin \mathrm{CI})$

    **失败。** 每次重复的每种策略都有一个状态：ok（正常）；boundary（边界：方差为 0 或相关为 ±1，这也是结果）；not converged（未收敛，取已找到的估计）；unidentified 或 error（不可识别或出错，没有估计）。不丢弃，也不重抽。指标使用所有有估计值的重复，不论状态；`measures.csv` 还给出只用参数空间内部的拟合算得的指标、各自的次数，以及比例的上下界（把缺失的重复和组全部计为 0 或 1）。

    **蒙特卡罗误差。** 均值的标准误是各次重复的标准差除以 $\sqrt r$；平方根与比值用 delta 方法（Morris、White 与 Crowther 2019）。

    **表 3**　各指标最大的蒙特卡罗标准误。

    | 指标                 | 最大 MCSE | 位置                                              |
    | -------------------- | --------: | ------------------------------------------------- |
    | 偏差                 |       0.3 | new.school.(Intercept), reml, J = 3, n = 5        |
    | RMSE（均方根误差）   |       0.2 | new.school.(Intercept), none, J = 3, n = 5        |
    | 各次重复的标准差     |       0.2 | new.school.(Intercept), reml, J = 3, n = 5        |
    | 平均标准误           |       0.2 | new.school.(Intercept), none, J = 3, n = 2        |
    | 覆盖率               |      0.04 | new.school.(Intercept), reml, J = 3, n = 5        |
    | 区间宽度             |         2 | coef.school.(Intercept), none, J = 3, n = 2       |
    | 相对无池化的均方误差 |       0.2 | random.school.(Intercept).sd, reml, J = 10, n = 5 |
    | 比无池化更近的比例   |      0.05 | random.school.(Intercept).sd, reml, J = 3, n = 5  |
    | 自身数据的权重 w     |      0.04 | coef.school.(Intercept), reml, J = 3, n = 2       |
    | 权重超出理论值的量   |      0.04 | coef.school.(Intercept), reml, J = 3, n = 2       |
    | 收缩 1 − w           |      0.04 | coef.school.(Intercept), reml, J = 3, n = 2       |
    | 相对无池化的移动     |      0.08 | random.school.(Intercept).sd, reml, J = 3, n = 2  |
    | 检验功效             |      0.05 | fixed.(Intercept), reml, J = 10, n = 5            |
    | S 型错误率           |       0.3 | new.school.(Intercept), none, J = 3, n = 5        |
    | M 型错误（夸大倍数） |         5 | new.school.(Intercept), reml, J = 3, n = 2        |

    **软件。** multilevel-lab 0；研究 58658307f4963843。用文末的文件运行 `mlm study run study.yml --out DIR`，得到的数字逐位相同；`mlm study replay study.yml 单元 重复` 重建某一次重复的数据。

    ## 拟合如何结束

    **表 4**　各状态的重复数，所有单元合计。

    | 策略             | 正常 | 边界 | 未收敛 | 不可识别 | 出错 | 合计 |
    | ---------------- | ---: | ---: | -----: | -------: | ---: | ---: |
    | 无池化           |  400 |    0 |      0 |        0 |    0 |  400 |
    | 部分池化（REML） |  292 |  108 |      0 |        0 |    0 |  400 |

    **表 5**　并非全部正常的单元。

    |   J |   n | 策略             | 正常 | 边界 | 未收敛 | 不可识别 | 出错 | 合计 |
    | --: | --: | ---------------- | ---: | ---: | -----: | -------: | ---: | ---: |
    |   3 |   2 | 部分池化（REML） |   59 |   41 |      0 |        0 |    0 |  100 |
    |   3 |   5 | 部分池化（REML） |   67 |   33 |      0 |        0 |    0 |  100 |
    |  10 |   2 | 部分池化（REML） |   77 |   23 |      0 |        0 |    0 |  100 |
    |  10 |   5 | 部分池化（REML） |   89 |   11 |      0 |        0 |    0 |  100 |

    ## 指标

    ### 各 school 的截距

    **表 6**　各 school 的截距的收缩 1 − w，括号内为 MCSE。

    |   J |   n | 部分池化（REML） |
    | --: | --: | ---------------: |
    |   3 |   2 |      0.61 (0.04) |
    |   3 |   5 |      0.59 (0.03) |
    |  10 |   2 |      0.66 (0.03) |
    |  10 |   5 |      0.53 (0.02) |

    **表 7**　各 school 的截距的权重超出理论值的量，括号内为 MCSE。

    |   J |   n | 部分池化（REML） |
    | --: | --: | ---------------: |
    |   3 |   2 |      0.06 (0.04) |
    |   3 |   5 |     −0.15 (0.03) |
    |  10 |   2 |      0.01 (0.03) |
    |  10 |   5 |     −0.08 (0.02) |

    **表 8**　各 school 的截距的RMSE（均方根误差），括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 | 2.90 (0.12) |      2.43 (0.11) |
    |   3 |   5 | 1.84 (0.07) |      1.64 (0.08) |
    |  10 |   2 | 2.88 (0.05) |      1.97 (0.05) |
    |  10 |   5 | 1.77 (0.04) |      1.50 (0.04) |

    **表 9**　各 school 的截距的相对无池化的均方误差，括号内为 MCSE。

    |   J |   n | 部分池化（REML） |
    | --: | --: | ---------------: |
    |   3 |   2 |      0.70 (0.03) |
    |   3 |   5 |      0.80 (0.05) |
    |  10 |   2 |      0.47 (0.02) |
    |  10 |   5 |      0.71 (0.03) |

    **表 10**　各 school 的截距的覆盖率，括号内为 MCSE。

    |   J |   n |        无池化 | 部分池化（REML） |
    | --: | --: | ------------: | ---------------: |
    |   3 |   2 | 0.963 (0.010) |      0.82 (0.02) |
    |   3 |   5 | 0.943 (0.014) |      0.88 (0.02) |
    |  10 |   2 | 0.956 (0.007) |      0.85 (0.02) |
    |  10 |   5 | 0.948 (0.008) |      0.86 (0.02) |

    ### 平均截距

    **表 11**　平均截距的偏差，括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 |   0.0 (0.2) |        0.0 (0.2) |
    |   3 |   5 |   0.3 (0.2) |        0.3 (0.2) |
    |  10 |   2 | 0.11 (0.11) |      0.11 (0.11) |
    |  10 |   5 | 0.13 (0.08) |      0.13 (0.08) |

    **表 12**　平均截距的RMSE（均方根误差），括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 | 2.02 (0.13) |      2.02 (0.13) |
    |   3 |   5 | 1.57 (0.11) |      1.57 (0.11) |
    |  10 |   2 | 1.10 (0.08) |      1.10 (0.08) |
    |  10 |   5 | 0.80 (0.05) |      0.80 (0.05) |

    **表 13**　平均截距的覆盖率，括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 | 0.97 (0.02) |      0.92 (0.03) |
    |   3 |   5 | 0.91 (0.03) |      0.89 (0.03) |
    |  10 |   2 | 0.94 (0.02) |      0.93 (0.03) |
    |  10 |   5 | 0.96 (0.02) |      0.94 (0.02) |

    **表 14**　平均截距的检验功效，括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 | 0.06 (0.02) |      0.09 (0.03) |
    |   3 |   5 | 0.07 (0.03) |      0.18 (0.04) |
    |  10 |   2 | 0.13 (0.03) |      0.19 (0.04) |
    |  10 |   5 | 0.24 (0.04) |      0.31 (0.05) |

    ### School 截距的标准差

    **表 15**　school 截距的标准差的偏差，括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 |   1.2 (0.2) |        0.0 (0.2) |
    |   3 |   5 | 0.53 (0.13) |       −0.3 (0.2) |
    |  10 |   2 | 1.37 (0.07) |     −0.18 (0.13) |
    |  10 |   5 | 0.57 (0.07) |     −0.22 (0.10) |

    **表 16**　school 截距的标准差的RMSE（均方根误差），括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 |   2.0 (0.2) |      1.96 (0.10) |
    |   3 |   5 | 1.37 (0.10) |      1.56 (0.07) |
    |  10 |   2 | 1.55 (0.07) |      1.33 (0.07) |
    |  10 |   5 | 0.87 (0.06) |      0.98 (0.07) |

    ### 新 school 的截距

    **表 17**　新 school 的截距的RMSE（均方根误差），括号内为 MCSE。

    |   J |   n |      无池化 | 部分池化（REML） |
    | --: | --: | ----------: | ---------------: |
    |   3 |   2 |   2.6 (0.2) |        2.6 (0.2) |
    |   3 |   5 |   2.7 (0.2) |        2.7 (0.2) |
    |  10 |   2 | 2.27 (0.14) |      2.27 (0.14) |
    |  10 |   5 |   2.2 (0.2) |        2.2 (0.2) |

    **表 18**　新 school 的截距的覆盖率，括号内为 MCSE。

    |   J |   n |        无池化 | 部分池化（REML） |
    | --: | --: | ------------: | ---------------: |
    |   3 |   2 | 0.990 (0.010) |      0.87 (0.03) |
    |   3 |   5 |   0.93 (0.03) |      0.73 (0.04) |
    |  10 |   2 |         1 (0) |      0.88 (0.03) |
    |  10 |   5 | 0.980 (0.014) |      0.83 (0.04) |

    ### 残差标准差

    **表 19**　残差标准差的偏差，括号内为 MCSE。

    |   J |   n | 部分池化（REML） |
    | --: | --: | ---------------: |
    |   3 |   2 |     −0.48 (0.13) |
    |   3 |   5 |      0.03 (0.09) |
    |  10 |   2 |     −0.22 (0.07) |
    |  10 |   5 |     −0.11 (0.04) |

    **表 20**　残差标准差的RMSE（均方根误差），括号内为 MCSE。

    |   J |   n | 部分池化（REML） |
    | --: | --: | ---------------: |
    |   3 |   2 |      1.34 (0.08) |
    |   3 |   5 |      0.87 (0.06) |
    |  10 |   2 |      0.72 (0.05) |
    |  10 |   5 |      0.46 (0.03) |

    ## 研究文件

    ```yaml
    study: small
    seed: 7
    replicates: 100
    design:
      parameters: {J: 4, n: 5}
      levels: {school: J, pupil: {per: school, size: n}}
      response: {formula: "y ~ 1 + (1 | school)", beta: [1], sd: {school: 2, residual: 4}}
    grid: {J: [3, 10], n: [2, 5]}
    strategies: [none, reml]
    ```

    """#
}
