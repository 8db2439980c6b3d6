/**
 * The operators a model may use, by domain. Left out are those that draw random numbers (a replay would differ),
 * control flow and local functions (unbounded work for a fixed price), those that make large tensors from small
 * ones, and everything of other domains.
 */
const standard = `Abs Add And ArgMax ArgMin BatchNormalization Cast Ceil Clip Concat Constant Cos Div Elu Equal Erf
  Exp Flatten Floor Gather Gelu Gemm Greater GreaterOrEqual HardSigmoid Identity IsInf IsNaN LayerNormalization
  LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max Mean Min Mul Neg Not Or PRelu Pow Reciprocal ReduceL1 ReduceL2
  ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round Selu Shape
  Sigmoid Sign Sin Slice Softmax Softplus Softsign Split Sqrt Squeeze Sub Sum Tanh ThresholdedRelu TopK Transpose
  Unsqueeze Where Xor`;
const machineLearning = `ArrayFeatureExtractor Binarizer CategoryMapper FeatureVectorizer Imputer LabelEncoder
  LinearClassifier LinearRegressor Normalizer OneHotEncoder Scaler SVMClassifier SVMRegressor TreeEnsemble
  TreeEnsembleClassifier TreeEnsembleRegressor`;

const words = (text: string) => new Set(text.split(/\s+/));
const allowed = new Map([
  ['', words(standard)],
  ['ai.onnx', words(standard)],
  ['ai.onnx.ml', words(machineLearning)],
]);

export function isOperatorAllowed(domain: string, operator: string): boolean {
  return allowed.get(domain)?.has(operator) ?? false;
}
